/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which fields the file of this run has, and one row of them. */
#include "solver/analysis/quantities.h"
#include "solver/escape/escape_splitting.h"
#include "solver/run/run_state.h"
#include "solver/run/version.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_FIELDS = 256 };

/* What the rows of quantities.h are computed from: the run's part of it. */
static struct snapshot snapshot_of(const struct run_state *s) {
    return (struct snapshot){.setup = s->setup,
                             .grid = s->grid,
                             .resolution = &s->resolution,
                             .evolution = s->evolution,
                             .observables = s->observables,
                             .stationary = s->stationary,
                             .stationary_extrapolated = s->stationary_extrapolated,
                             .accuracy = s->accuracy != NULL,
                             .scratch = s->scratch};
}

/* ---------------------------------------------------------------- the list */

struct field_list {
    size_t count;
    struct record_field field[MOST_FIELDS];
};

static void add(void *context, const struct quantity *quantity, struct quantity_of of) {
    struct field_list *list = context;
    if (list->count < MOST_FIELDS)
        list->field[list->count++] = (struct record_field){quantity, of};
}

static void list_fields(const struct run_state *s, const struct snapshot *run,
                        struct field_list *list) {
    quantities_declare(&quantities_of_density, run, add, list);
    monte_carlo_fields(s->monte_carlo, add, list);
    laws_fields(s->laws, add, list);
    escape_fields(s->escape, add, list);
    modes_fields(s->modes, add, list);
    quantities_declare(&quantities_of_accuracy, run, add, list);
}

/* ---------------------------------------------------------------- the file */

bool fields_declare(struct run_state *s, struct error *err) {
    const struct model *m = s->setup->model;
    char *const *variable = s->spec->model.variables.value;
    const struct snapshot run = snapshot_of(s);
    struct field_list *list = array_create(1, sizeof *list, err);
    char *text = spec_text(s->spec->config, s->options->assignments, s->options->assignment,
                           err),
         now[32];
    const bool curve = s->escape != NULL && s->escape->survival.alive != NULL;
    const time_t seconds = time(NULL);
    struct tm utc;
    bool good = list != NULL && text != NULL;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    const struct record_header header = {
        .title = s->spec->title != NULL ? s->spec->title : s->path,
        .variable = {variable[0], spec_dims(s->spec) == 2 ? variable[1] : NULL},
        .time_name = m->unit == TIME_STEPS ? "SGD steps" : "time",
        .time_unit = "1",
        .command_line = s->options->command_line != NULL ? s->options->command_line : "",
        .config_text = text,
        .program_version = build_version,
        .program_commit = build_commit,
        .libraries = build_libraries,
        .compiler = build_compiler,
        .start_time = now,
        .seed = monte_carlo_seed(s->monte_carlo),
        .deflate = (int)s->spec->output.compression,
        .exit_times = curve ? s->escape->times : 0,
        .exit_time = curve ? s->escape->time : NULL,
        .exit_faces = s->escape == NULL ? 0 : s->escape->passage.places,
        .levels = escape_splitting_levels(s->escape),
        .modes = s->modes == NULL ? 0 : s->modes->modes};
    if (good) {
        list_fields(s, &run, list);
        s->record =
            s->options->memory   ? record_create_in_memory(s->setup->grid, &header,
                                                           list->field, list->count, err)
            : s->options->resume ? record_resume(s->path, s->setup->grid, &header,
                                                 list->field, list->count, &s->skip, err)
                                 : record_create(s->path, s->options->force, s->setup->grid,
                                                 &header, list->field, list->count, err);
    }
    free(list);
    free(text);
    return good && s->record != NULL;
}

/* ---------------------------------------------------------------- written once */

/* The current of the stationary density, and the error of the extrapolated one. */
static bool stationary_results(struct run_state *s, struct error *err) {
    const size_t last = s->evolution->intervals - 1;
    const double *density = s->stationary[last].density;
    if (density == NULL) return true;
    if (!evolution_current(s->evolution, last, density, &s->stationary_current, err))
        return false;
    remark_on_production(s);
    return s->stationary_extrapolated == NULL ||
           record_attribute_real(s->record, "stationary_extrapolated", "space_error",
                                 s->stationary_error, err);
}

/* Two variables: drift[2][cells] and tensor[3][cells] at the cells' centres, malloc'd. */
static double *plane_coefficients(const struct run_state *s, struct error *err) {
    const struct coefficients *c =
        evolution_coefficients(s->evolution, s->evolution->intervals - 1);
    const struct grid *g = s->setup->grid;
    const size_t n = g->cells;
    double *centre = array_create(2 * n, sizeof *centre, err),
           *out = centre != NULL ? array_create(5 * n, sizeof *out, err) : NULL;
    bool good = out != NULL;
    if (good) {
        double *x[2] = {centre, centre + n};
        grid_centres(g, x);
        good = c->drift(c->self, n, (const double *const *)x, out, err) &&
               c->diffusion(c->self, n, (const double *const *)x, out + 2 * n, err);
    }
    free(centre);
    if (good) return out;
    return free(out), NULL;
}

bool fields_static(struct run_state *s, struct error *err) {
    struct snapshot run = snapshot_of(s);
    double *coefficients = NULL;
    if (s->setup->grid->dims == 2 && (coefficients = plane_coefficients(s, err)) == NULL)
        return false;
    run.coefficients = coefficients;
    const bool good = quantities_put(&quantities_of_density, &run, true, s->record, err) &&
                      quantities_put(&quantities_of_accuracy, &run, true, s->record, err) &&
                      stationary_results(s, err) &&
                      escape_record(s->escape, s->record, err) &&
                      modes_record(s->modes, s->record, err);
    free(coefficients);
    return good;
}

/* ---------------------------------------------------------------- one row */

static void keep_space_error(struct run_state *s, const struct snapshot *now) {
    s->tally.last_space = now->space;
    if (!(s->tally.last_space.l1 <= s->tally.worst_space.l1))
        s->tally.worst_space = s->tally.last_space;
}

/* accuracy: estimate. */
static void estimate_space_error(struct run_state *s, struct snapshot *now) {
    const size_t k = s->row >= s->batch.first ? s->row - s->batch.first : 0;
    if (s->accuracy == NULL) return;
    now->space = accuracy_estimate(s->accuracy, k, s->density, s->extrapolated);
    now->extrapolated = s->extrapolated;
    now->space_moments = observe_moments(s->observables, s->extrapolated, 0);
    keep_space_error(s, now);
}

/* Before anything is made of it, so that a summary speaks of the row before. */
static bool check_density(const struct run_state *s, const double *p, double t,
                          struct error *err) {
    return isfinite(field_mass(s->grid, p)) ||
           fail(
               err, ERROR_RUN,
               "the density at t = %g cannot be computed: it does not come out finite; ask "
               "for earlier times",
               t);
}

static bool show_snapshot(const struct run_state *s, double t, struct error *err) {
    const struct run_options *o = s->options;
    return o->snapshot == NULL || o->snapshot(o->snapshot_context, s->record, t) ||
           fail(err, ERROR_INTERRUPTED, "interrupted");
}

/* Of the density in time and space, L1; NaN where that in space is not known. */
static double density_error(const struct run_state *s, const struct snapshot *now) {
    const double *space = s->resolution.space_error;
    return now->time_error + (s->accuracy != NULL ? now->space.l1
                              : space != NULL     ? space[now->row]
                                                  : (double)NAN);
}

/* The laws and the walkers beside the density, on the file's cells. */
static bool put_others(struct run_state *s, const struct snapshot *now, struct error *err) {
    const double *density = snapshot_file_cells(now, s->density, s->scratch);
    struct ensemble_law law[ENSEMBLE_KINDS];
    if (!laws_snapshot(s->laws, now->row, density, density_error(s, now), s->record,
                       &s->progress.laws, err))
        return false;
    laws_of_walkers(s->laws, now->row + 1, law);
    return monte_carlo_snapshot(s->monte_carlo, now->row, density, law, s->record,
                                &s->progress.walkers, err);
}

/* The row of the cleaned density s->density. */
static bool put_row(struct run_state *s, const struct snapshot *now, struct error *err) {
    return quantities_put(&quantities_of_density, now, false, s->record, err) &&
           quantities_put(&quantities_of_accuracy, now, false, s->record, err) &&
           put_others(s, now, err) && record_commit(s->record, now->time, err) &&
           show_snapshot(s, now->time, err);
}

bool snapshot_record(struct run_state *s, const double *p, double time_error,
                     struct error *err) {
    struct snapshot now = snapshot_of(s);
    now.row = s->row, now.interval = s->batch.interval;
    now.time = s->setup->time[s->row];
    if (!check_density(s, p, now.time, err)) return false;
    now.time_error = s->tally.time_error = time_error;
    now.clean_up = clean_density(s->observables, p, s->start_mass, s->density);
    now.density = s->density, now.flux = s->flux, now.region_mass = s->region_mass;
    now.seen = s->tally.last = observe(s->observables, s->density, s->region_mass);
    extremes_keep(&s->tally.extremes, &now);
    evolution_flux(s->evolution, now.interval, s->density, s->flux);
    if (s->setup->grid->dims == 2 &&
        !evolution_current(s->evolution, now.interval, s->density, &now.current, err))
        return false;
    if (evolution_truncation(s->evolution) != NULL)
        now.truncated = s->truncated =
            *evolution_truncation_value(s->evolution, now.interval);
    estimate_space_error(s, &now);
    now.seconds = run_seconds(s);
    return put_row(s, &now, err);
}
