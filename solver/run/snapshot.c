/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which fields the file of this run has, and one row of them. */
#include "solver/run/snapshot.h"
#include "solver/escape/escape_splitting.h"
#include "solver/run/version.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_FIELDS = 256 };

/* ---------------------------------------------------------------- the march */

/* Arrays of the cells that are solved on, and of the file's. */
static bool marching_arrays(struct marching *m, struct error *err) {
    const struct plan *plan = m->plan;
    const size_t cells = plan->grid->cells, file = plan->setup->grid->cells + 1;
    const struct {
        double **array;
        size_t count;
    } wanted[] = {{&m->density, cells},
                  {&m->flux, evolution_faces(plan->evolution)},
                  {&m->scratch, file},
                  {&m->tally.region_mass, plan->setup->regions},
                  {&m->extrapolated, plan->accuracy != NULL ? cells : 0}};
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
        if ((*wanted[k].array = array_create(wanted[k].count, sizeof(double), err)) == NULL)
            return false;
    return true;
}

bool marching_create(struct marching *m, const struct plan *plan, struct analyses *analyses,
                     const struct run_progress *progress, struct error *err) {
    *m = (struct marching){.plan = plan, .analyses = analyses, .progress = progress};
    m->place.batch.rows = 1;
    m->tally.extremes.min_density = (double)INFINITY;
    m->observables = observables_create(plan->setup, plan->grid, err);
    return m->observables != NULL && marching_arrays(m, err);
}

void marching_finish(struct marching *m) {
    observables_destroy(m->observables);
    free(m->density);
    free(m->extrapolated);
    free(m->flux);
    free(m->scratch);
    free(m->tally.region_mass);
}

struct clean_up marching_clean(struct marching *m, const double *p) {
    const double mass_at_start = 1;
    return clean_density(m->observables, p, mass_at_start, m->density);
}

void marching_observe(struct marching *m) {
    m->tally.last = observe(m->observables, m->density, m->tally.region_mass);
}

/* What the rows of quantities.h are computed from: the run's part of it. */
static struct snapshot snapshot_of(const struct marching *m) {
    const struct plan *plan = m->plan;
    return (struct snapshot){.setup = plan->setup,
                             .grid = plan->grid,
                             .resolution = &plan->resolution,
                             .evolution = plan->evolution,
                             .observables = m->observables,
                             .stationary = plan->stationary,
                             .stationary_extrapolated = plan->stationary_extrapolated,
                             .accuracy = plan->spec->accuracy.estimate,
                             .protocol = m->analyses->protocol,
                             .scratch = m->scratch};
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

static void list_fields(const struct marching *m, struct field_list *list) {
    const struct snapshot run = snapshot_of(m);
    quantities_declare(&quantities_of_density, &run, add, list);
    analyses_fields(m->analyses, add, list);
    quantities_declare(&quantities_of_accuracy, &run, add, list);
}

/* ---------------------------------------------------------------- the file */

/* The record of the list: in memory, resumed or new. */
static struct record *record_of(struct marching *m, const struct record_header *header,
                                const struct field_list *list, struct error *err) {
    const struct plan *plan = m->plan;
    const struct run_options *o = plan->options;
    const struct grid *grid = plan->setup->grid;
    const struct record_field *field = list->field;
    return o->memory ? record_create_in_memory(grid, header, field, list->count, err)
           : o->resume
               ? record_resume(plan->path, grid, header, field, list->count, &m->skip, err)
               : record_create(plan->path, o->force, grid, header, field, list->count, err);
}

/* text: the settings with what changed them; now[32]: room for the time. */
static struct record_header header_of(const struct marching *m, const char *text,
                                      char now[32]) {
    const struct plan *plan = m->plan;
    const struct spec *spec = plan->spec;
    const char *command = plan->options->command_line;
    char *const *variable = spec->model.variables.value;
    const struct escape *escape = m->analyses->escape;
    const struct modes *modes = m->analyses->modes;
    const struct floquet *floquet = m->analyses->floquet;
    const bool curve = escape != NULL && escape->survival.alive != NULL;
    const time_t seconds = time(NULL);
    struct tm utc;
    strftime(now, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    return (struct record_header){
        .title = spec->title != NULL ? spec->title : plan->path,
        .variable = {variable[0], spec_dims(spec) == 2 ? variable[1] : NULL},
        .time_name = plan->setup->model->unit == TIME_STEPS ? "SGD steps" : "time",
        .time_unit = "1",
        .command_line = command != NULL ? command : "",
        .config_text = text,
        .program_version = build_version,
        .program_commit = build_commit,
        .libraries = build_libraries,
        .compiler = build_compiler,
        .start_time = now,
        .seed = monte_carlo_seed(m->analyses->monte_carlo),
        .deflate = (int)spec->output.compression,
        .exit_times = curve ? escape->times : 0,
        .exit_time = curve ? escape->time : NULL,
        .exit_faces = escape == NULL ? 0 : escape->passage.places,
        .levels = escape_splitting_levels(escape),
        .modes = modes == NULL ? 0 : modes->modes,
        .phases = floquet == NULL ? 0 : floquet->phases,
        .phase = floquet == NULL ? NULL : floquet->time};
}

bool fields_declare(struct marching *m, struct error *err) {
    const struct run_options *o = m->plan->options;
    struct field_list *list = array_create(1, sizeof *list, err);
    char *text = spec_text(m->plan->spec->config, o->assignments, o->assignment, err),
         now[32];
    if (list != NULL && text != NULL) {
        const struct record_header header = header_of(m, text, now);
        list_fields(m, list);
        m->record = record_of(m, &header, list, err);
    }
    free(list);
    free(text);
    return m->record != NULL;
}

/* ---------------------------------------------------------------- written once */

/* Two variables: drift[2][cells] and tensor[3][cells] at the cells' centres, malloc'd. */
static double *plane_coefficients(const struct plan *plan, struct error *err) {
    const struct coefficients *c =
        evolution_coefficients(plan->evolution, plan->evolution->intervals - 1);
    const struct grid *g = plan->setup->grid;
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

/* The error of the extrapolated stationary density. */
static bool put_stationary_error(const struct marching *m, struct error *err) {
    return m->plan->stationary_extrapolated == NULL ||
           record_attribute_real(m->record, "stationary_extrapolated", "space_error",
                                 m->plan->stationary_error, err);
}

bool fields_static(struct marching *m, struct error *err) {
    struct snapshot run = snapshot_of(m);
    double *coefficients = NULL;
    if (m->plan->setup->grid->dims == 2 &&
        (coefficients = plane_coefficients(m->plan, err)) == NULL)
        return false;
    run.coefficients = coefficients;
    const bool good = quantities_put(&quantities_of_density, &run, true, m->record, err) &&
                      quantities_put(&quantities_of_accuracy, &run, true, m->record, err) &&
                      put_stationary_error(m, err) &&
                      analyses_record(m->analyses, m->record, err);
    free(coefficients);
    return good;
}

/* ---------------------------------------------------------------- one row */

/* accuracy: estimate. */
static void estimate_space_error(struct marching *m, struct snapshot *now) {
    const struct snapshot_batch *batch = &m->place.batch;
    const size_t k = now->row >= batch->first ? now->row - batch->first : 0;
    if (m->plan->accuracy == NULL) return;
    now->space = accuracy_estimate(m->plan->accuracy, k, m->density, m->extrapolated);
    now->extrapolated = m->extrapolated;
    now->space_moments = observe_moments(m->observables, m->extrapolated, 0);
    m->tally.last_space = now->space;
    if (now->row > 0 && !(now->space.l1 <= m->tally.worst_space.l1))
        m->tally.worst_space = now->space;
}

/* Before anything is made of it, so that a summary speaks of the row before. */
static bool check_density(const struct grid *grid, const double *p, double t,
                          struct error *err) {
    return isfinite(field_mass(grid, p)) ||
           fail(
               err, ERROR_RUN,
               "the density at t = %g cannot be computed: it does not come out finite; ask "
               "for earlier times",
               t);
}

static bool show_snapshot(const struct marching *m, double t, struct error *err) {
    const struct run_options *o = m->plan->options;
    if (o->snapshot == NULL) return true;
    return record_publish(m->record, err) &&
           (o->snapshot(o->snapshot_context, m->record, t) ||
            fail(err, ERROR_INTERRUPTED, "interrupted"));
}

/* Of the density in time and space, L1; NaN where that in space is not known. */
static double density_error(const struct plan *plan, const struct snapshot *now) {
    const double *space = plan->resolution.space_error;
    return now->time_error + (plan->accuracy != NULL ? now->space.l1
                              : space != NULL        ? space[now->row]
                                                     : (double)NAN);
}

/* The row of the cleaned density m->density. */
static bool put_row(struct marching *m, const struct snapshot *now, struct error *err) {
    return quantities_put(&quantities_of_density, now, false, m->record, err) &&
           quantities_put(&quantities_of_accuracy, now, false, m->record, err) &&
           analyses_snapshot(m->analyses, now->row,
                             snapshot_file_cells(now, m->density, m->scratch),
                             density_error(m->plan, now), m->record, m->progress, err) &&
           record_commit(m->record, now->time, err) && show_snapshot(m, now->time, err);
}

static bool measure_current(const struct marching *m, struct snapshot *now,
                            struct error *err) {
    const struct evolution *evolution = m->plan->evolution;
    const bool wanted = now->grid->dims == 2 || now->setup->model->driven;
    return !wanted ||
           (evolution_current(evolution, now->interval, m->density, &now->current, err) &&
            (!snapshot_has_adiabatic(now) ||
             evolution_adiabatic(evolution, now->interval, m->density, &now->adiabatic,
                                 err)));
}

bool snapshot_record(struct marching *m, const double *p, double time_error,
                     struct error *err) {
    const struct plan *plan = m->plan;
    struct evolution *evolution = plan->evolution;
    struct snapshot now = snapshot_of(m);
    now.row = m->place.row, now.interval = m->place.batch.interval;
    now.time = plan->setup->time[now.row];
    if (!check_density(plan->grid, p, now.time, err)) return false;
    now.time_error = m->tally.time_error = time_error;
    now.clean_up = marching_clean(m, p);
    marching_observe(m);
    now.density = m->density, now.flux = m->flux, now.region_mass = m->tally.region_mass;
    now.seen = m->tally.last;
    if (!ledger_take(m, err)) return false;
    memcpy(now.lost, m->lost, sizeof now.lost);
    extremes_keep(&m->tally.extremes, &now);
    evolution_flux(evolution, now.interval, m->density, m->flux);
    if (!measure_current(m, &now, err)) return false;
    if (evolution_truncation(evolution) != NULL)
        now.truncated = m->tally.truncated =
            *evolution_truncation_value(evolution, now.interval);
    estimate_space_error(m, &now);
    now.seconds = run_seconds(m->progress);
    return put_row(m, &now, err);
}
