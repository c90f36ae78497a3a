/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which fields the file of this run has, and one row of them. */
#include "solver/escape/escape_splitting.h"
#include "solver/run/run_state.h"
#include "solver/run/version.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_FIELDS = 256, NAME = 96 };

/* ---------------------------------------------------------------- the list */

struct field_list {
    size_t count;
    struct record_field field[MOST_FIELDS];
    char text[MOST_FIELDS][NAME]; /* names that are made here */
};

static void add(struct field_list *list, enum record_kind kind, const char *long_name,
                const char *format, ...) PRINTF_LIKE(4, 5);

static void add(struct field_list *list, enum record_kind kind, const char *long_name,
                const char *format, ...) {
    if (list->count == MOST_FIELDS) return;
    char *name = list->text[list->count];
    va_list args;
    va_start(args, format);
    vsnprintf(name, NAME, format, args);
    va_end(args);
    list->field[list->count++] = (struct record_field){name, kind, long_name, NULL};
}

static void add_known(struct field_list *list, const char *const *names) {
    for (; *names != NULL; names++)
        add(list, RECORD_KNOWN, NULL, "%s", *names);
}

static bool has_stationary(const struct run_state *s) {
    for (size_t k = 0; k < s->evolution->intervals; k++)
        if (s->stationary[k].density != NULL) return true;
    return false;
}

static const struct stationary *last_stationary(const struct run_state *s) {
    return &s->stationary[s->evolution->intervals - 1];
}

/* Names that others make. */
static void add_named(void *list, enum record_kind kind, const char *long_name,
                      const char *name) {
    add(list, kind, long_name, "%s", name);
}

static void list_fields(const struct run_state *s, struct field_list *list) {
    static const char *const line[] = {"density", "flux", "drift", "potential", NULL};
    static const char *const noise[] = {"diffusion", NULL};
    static const char *const plane[] = {
        "density",    "flux_x",  "flux_y",       "marginal_x",   "marginal_y",
        "drift_x",    "drift_y", "diffusion_xx", "diffusion_xy", "diffusion_yy",
        "potential",  "mean_y",  "variance_y",   "variance_xy",  "skewness_y",
        "kurtosis_y", NULL};
    static const char *const rows[] = {
        "mass",          "mean_x",      "variance_x", "skewness_x",  "kurtosis_x",
        "entropy",       "min_density", "negativity", "mass_defect", "time_error",
        "learning_rate", "wall_time",   "step",       NULL};
    static const char *const with_stationary[] = {"free_energy", "l1_to_stationary", NULL};
    static const char *const with_loss[] = {"loss", "mean_loss", NULL};
    static const char *const accurate[] = {"density_extrapolated", "space_error",
                                           "space_order", NULL};
    const bool two = s->setup->grid->dims == 2;
    add_known(list, two ? plane : line);
    if (two) add(list, RECORD_VALUE, "entropy production rate", "entropy_production");
    if (s->evolution->interval[0].line != NULL) add_known(list, noise);
    const struct truncation *account = evolution_truncation(s->evolution);
    if (account != NULL) add(list, RECORD_VALUE, account->long_name, "%s", account->name);
    if (last_stationary(s)->density != NULL)
        add(list, RECORD_KNOWN, NULL, "stationary_density");
    add_known(list, rows);
    if (has_stationary(s)) add_known(list, with_stationary);
    if (model_has_loss(s->setup->model)) add_known(list, with_loss);
    for (size_t r = 0; r < s->setup->regions; r++)
        add(list, RECORD_KNOWN, NULL, "mass_in_%s", s->setup->region[r]);
    monte_carlo_fields(s->monte_carlo, s->setup, add_named, list);
    escape_fields(s->escape, add_named, list);
    modes_fields(s->modes, add_named, list);
    if (s->resolution.space_error != NULL && s->accuracy == NULL)
        add(list, RECORD_KNOWN, NULL, "space_error");
    if (s->accuracy == NULL) return;
    add_known(list, accurate);
    if (s->stationary_extrapolated != NULL)
        add(list, RECORD_KNOWN, NULL, "stationary_extrapolated");
    add(list, RECORD_VALUE, "mean, extrapolated to zero cell width", "mean_x_extrapolated");
    add(list, RECORD_VALUE, "variance, extrapolated to zero cell width",
        "variance_x_extrapolated");
    add(list, RECORD_VALUE, "estimated space error of the mean", "mean_x_space_error");
    add(list, RECORD_VALUE, "estimated space error of the variance",
        "variance_x_space_error");
    for (size_t r = 0; r < s->setup->regions; r++) {
        add(list, RECORD_VALUE, "mass in the region, extrapolated",
            "mass_in_%s_extrapolated", s->setup->region[r]);
        add(list, RECORD_VALUE, "estimated space error of the region's mass",
            "mass_in_%s_space_error", s->setup->region[r]);
    }
}

/* ---------------------------------------------------------------- the file */

bool fields_declare(struct run_state *s, struct error *err) {
    const struct model *m = s->setup->model;
    char *const *variable = s->spec->model.variables.value;
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
        list_fields(s, list);
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

/* values[cells that are solved on] -> means over the file's cells, or the same. */
static const double *file_cells(struct run_state *s, const double *values) {
    if (s->resolution.factor == 1) return values;
    resolution_restrict(&s->resolution, s->setup, values, s->means);
    return s->means;
}

/* values[faces] of one variable -> those at the file's faces, or the same. */
static const double *file_faces(struct run_state *s, const double *values) {
    if (s->resolution.factor == 1) return values;
    for (size_t f = 0; f <= s->setup->grid->cells; f++)
        s->means[f] = values[f * s->resolution.factor];
    return s->means;
}

/* -ln of the mean over a cell of the file, whose parts have the given logarithms. */
static double mean_potential(const struct run_state *s, size_t cell, const double *log_p) {
    const size_t by = s->resolution.factor;
    const double *part = log_p + cell * by, *volume = s->grid->volume + cell * by;
    double most = -(double)INFINITY, sum = 0;
    for (size_t k = 0; k < by; k++)
        most = fmax(most, part[k]);
    if (by == 1 || isinf(most)) return -most;
    for (size_t k = 0; k < by; k++)
        sum += exp(part[k] - most) * volume[k];
    return -most - log(sum / s->setup->grid->volume[cell]);
}

/* phi = -ln p_st where there is one; the loss otherwise. */
static bool put_potential(struct run_state *s, struct error *err) {
    const size_t n = s->setup->grid->cells;
    const struct stationary *st = last_stationary(s);
    if (st->log_density == NULL && s->observables->loss != NULL)
        return record_static(s->record, "potential", file_cells(s, s->observables->loss),
                             err);
    double *phi = array_create(n, sizeof *phi, err);
    if (phi == NULL) return false;
    for (size_t k = 0; k < n && st->log_density != NULL; k++)
        phi[k] = mean_potential(s, k, st->log_density);
    const bool good = record_static(s->record, "potential", phi, err);
    free(phi);
    return good;
}

static bool put_stationary(struct run_state *s, struct error *err) {
    const struct stationary *st = last_stationary(s);
    const size_t interval = s->evolution->intervals - 1;
    if (st->density == NULL) return true;
    if (!evolution_current(s->evolution, interval, st->density, &s->stationary_current,
                           err))
        return false;
    remark_on_production(s);
    if (!record_static(s->record, "stationary_density", file_cells(s, st->density), err))
        return false;
    if (s->stationary_extrapolated == NULL) return true;
    return record_static(s->record, "stationary_extrapolated",
                         file_cells(s, s->stationary_extrapolated), err) &&
           record_attribute_real(s->record, "stationary_extrapolated", "space_error",
                                 s->stationary_error, err);
}

/* Drift and tensor at the cells' centres. */
static bool put_plane_coefficients(struct run_state *s, struct error *err) {
    static const char *const drift[] = {"drift_x", "drift_y"}, *const tensor[] = {
                                                                   "diffusion_xx",
                                                                   "diffusion_xy",
                                                                   "diffusion_yy"};
    const struct coefficients *c =
        evolution_coefficients(s->evolution, s->evolution->intervals - 1);
    const struct grid *g = s->setup->grid;
    const size_t n = g->cells;
    double *work = array_create(7 * n, sizeof *work, err);
    if (work == NULL) return false;
    double *x[2] = {work, work + n}, *b = work + 2 * n, *D = work + 4 * n;
    grid_centres(g, x);
    bool good = c->drift(c->self, n, (const double *const *)x, b, err) &&
                c->diffusion(c->self, n, (const double *const *)x, D, err);
    for (size_t d = 0; good && d < 2; d++)
        good = record_static(s->record, drift[d], b + d * n, err);
    for (size_t e = 0; good && e < 3; e++)
        good = record_static(s->record, tensor[e], D + e * n, err);
    free(work);
    return good;
}

static bool put_line_coefficients(struct run_state *s, struct error *err) {
    const struct evolution_interval *q =
        &s->evolution->interval[s->evolution->intervals - 1];
    if (q->levy != NULL)
        return record_static(s->record, "drift", file_faces(s, q->levy->drift), err);
    return record_static(s->record, "drift", file_faces(s, q->line->drift), err) &&
           record_static(s->record, "diffusion", file_faces(s, q->line->diffusion), err);
}

bool fields_static(struct run_state *s, struct error *err) {
    return put_potential(s, err) && put_stationary(s, err) &&
           (s->setup->grid->dims == 1 ? put_line_coefficients(s, err)
                                      : put_plane_coefficients(s, err)) &&
           (s->observables->loss == NULL ||
            record_static(s->record, "loss", file_cells(s, s->observables->loss), err)) &&
           escape_record(s->escape, s->record, err) &&
           modes_record(s->modes, s->record, err);
}

/* ---------------------------------------------------------------- one row */

struct value {
    const char *name;
    double value;
    bool present;
    const char *missing; /* why there is no value in this row, or NULL */
};

static const char no_mass[] = "no mass is left that could have moments";
static const char no_width[] = "all mass is at one point, on a wall without noise";
static const char no_stationary[] =
    "there is no stationary density for the learning rate of that time";

static bool put_values(struct run_state *s, const struct value *v, size_t count,
                       struct error *err) {
    for (size_t k = 0; k < count; k++)
        if (v[k].present &&
            !(v[k].missing != NULL
                  ? record_row_fill(s->record, v[k].name, v[k].missing, err)
                  : record_row_value(s->record, v[k].name, v[k].value, err)))
            return false;
    return true;
}

static bool put_region(struct run_state *s, size_t r, const char *suffix, double value,
                       struct error *err) {
    char name[NAME];
    snprintf(name, sizeof name, "mass_in_%s%s", s->setup->region[r], suffix);
    return record_row_value(s->record, name, value, err);
}

static void keep_space_error(struct run_state *s) {
    if (!(s->last_space.l1 <= s->worst_space.l1)) s->worst_space = s->last_space;
}

static bool put_accuracy(struct run_state *s, struct error *err) {
    if (s->accuracy == NULL)
        return s->resolution.space_error == NULL ||
               record_row_value(s->record, "space_error", s->resolution.space_error[s->row],
                                err);
    const struct grid *grid = s->grid;
    const size_t k = s->row >= s->batch.first ? s->row - s->batch.first : 0;
    s->last_space = accuracy_estimate(s->accuracy, k, s->density, s->extrapolated);
    keep_space_error(s);
    const struct moments m = observe_moments(s->observables, s->extrapolated, 0);
    const char *missing =
        s->last.mass > 0 && field_mass(grid, s->extrapolated) > 0 ? NULL : no_mass;
    const double mean = s->last.moments[0].mean, variance = s->last.moments[0].variance;
    const struct value v[] = {
        {"space_error", s->last_space.l1, true, NULL},
        {"space_order", s->last_space.order, true, NULL},
        {"mean_x_extrapolated", m.mean, true, missing},
        {"variance_x_extrapolated", m.variance, true, missing},
        {"mean_x_space_error", fabs(m.mean - mean), true, missing},
        {"variance_x_space_error", fabs(m.variance - variance), true, missing}};
    if (!record_row_put(s->record, "density_extrapolated", file_cells(s, s->extrapolated),
                        err))
        return false;
    if (!put_values(s, v, sizeof v / sizeof *v, err)) return false;
    for (size_t r = 0; r < s->setup->regions; r++) {
        const double mass =
            field_integral(grid, s->extrapolated, s->observables->region[r]);
        if (!put_region(s, r, "_extrapolated", mass, err)) return false;
        if (!put_region(s, r, "_space_error", fabs(mass - s->region_mass[r]), err))
            return false;
    }
    return true;
}

static void keep_for_summary(struct run_state *s, double time_error) {
    s->time_error = time_error;
    s->worst_time_error = fmax(s->worst_time_error, time_error);
    s->worst_negativity = fmax(s->worst_negativity, s->last.negativity);
    s->worst_mass_defect = fmax(s->worst_mass_defect, s->last.mass_defect);
    s->smallest_density = fmin(s->smallest_density, s->last.min_density);
}

/* SGD steps taken by time t. */
static int64_t steps_at(const struct run_state *s, double t) {
    const struct model *m = s->setup->model;
    double steps = 0, begin = 0;
    for (size_t k = 0; k < model_intervals(m) && begin < t; k++) {
        const double end = fmin(t, model_interval_end(m, k));
        steps += (end - begin) / model_step_time(m, k);
        begin = end;
    }
    return (int64_t)llround(steps);
}

static bool put_flux(struct run_state *s, struct error *err) {
    const struct grid *g = s->setup->grid;
    evolution_flux(s->evolution, s->batch.interval, s->density, s->flux);
    if (g->dims == 1) return record_row_put(s->record, "flux", file_faces(s, s->flux), err);
    return record_row_put(s->record, "flux_x", s->flux, err) &&
           record_row_put(s->record, "flux_y",
                          s->flux + (g->axis[0]->cells + 1) * g->axis[1]->cells, err);
}

/* What two variables have besides. */
static bool put_plane(struct run_state *s, struct error *err) {
    static const char *const marginal[] = {"marginal_x", "marginal_y"};
    struct current current;
    const struct observation *a = &s->last;
    for (int d = 0; d < 2; d++) {
        field_marginal(s->setup->grid, s->density, d, s->flux);
        if (!record_row_put(s->record, marginal[d], s->flux, err)) return false;
    }
    if (!evolution_current(s->evolution, s->batch.interval, s->density, &current, err))
        return false;
    const char *missing = a->mass > 0 ? NULL : no_mass;
    const struct value v[] = {
        {"mean_y", a->moments[1].mean, true, missing},
        {"variance_y", a->moments[1].variance, true, missing},
        {"skewness_y", a->moments[1].skewness, true, missing},
        {"kurtosis_y", a->moments[1].kurtosis, true, missing},
        {"variance_xy", a->covariance, true, missing},
        {"entropy_production", current.entropy_production, true, NULL}};
    return put_values(s, v, sizeof v / sizeof *v, err);
}

static bool put_truncation(struct run_state *s, struct error *err) {
    const struct truncation *account = evolution_truncation(s->evolution);
    if (account == NULL) return true;
    s->account = *evolution_truncation_value(s->evolution, s->batch.interval);
    return record_row_value(s->record, account->name, s->account, err);
}

/* Before anything is made of it, so that a summary speaks of the row before. */
static bool check_density(const struct run_state *s, double t, struct error *err) {
    return isfinite(field_mass(s->grid, s->density)) ||
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

bool snapshot_record(struct run_state *s, double time_error, struct error *err) {
    const struct observables *o = s->observables;
    const double t = s->setup->time[s->row];
    if (!check_density(s, t, err)) return false;
    double eta[2];
    s->last = observe(o, s->density, s->start_mass, s->region_mass);
    keep_for_summary(s, time_error);
    model_effective_rate(s->setup->model, s->batch.interval, eta);
    const struct observation *a = &s->last;
    const bool stationary = has_stationary(s);
    const char *missing = a->mass > 0 ? NULL : no_mass,
               *none = o->stationary != NULL ? NULL : no_stationary;
    const bool wide = missing != NULL || isfinite(a->moments[0].kurtosis);
    const char *shapeless = wide ? missing : no_width;
    const struct value v[] = {{"mass", a->mass, true, NULL},
                              {"mean_x", a->moments[0].mean, true, missing},
                              {"variance_x", a->moments[0].variance, true, missing},
                              {"skewness_x", a->moments[0].skewness, true, shapeless},
                              {"kurtosis_x", a->moments[0].kurtosis, true, shapeless},
                              {"entropy", a->entropy, true, NULL},
                              {"min_density", a->min_density, true, NULL},
                              {"negativity", a->negativity, true, NULL},
                              {"mass_defect", a->mass_defect, true, NULL},
                              {"time_error", time_error, true, NULL},
                              {"learning_rate", eta[0], true, NULL},
                              {"wall_time", run_seconds(s), true, NULL},
                              {"free_energy", a->free_energy, stationary, none},
                              {"l1_to_stationary", a->l1_to_stationary, stationary, none},
                              {"mean_loss", a->mean_loss, o->loss != NULL, missing}};
    if (!record_row_put(s->record, "density", file_cells(s, s->density), err) ||
        !put_flux(s, err))
        return false;
    if (s->setup->grid->dims == 2 && !put_plane(s, err)) return false;
    if (!put_values(s, v, sizeof v / sizeof *v, err)) return false;
    if (!record_row_integer(s->record, "step", steps_at(s, t), err) ||
        !put_truncation(s, err))
        return false;
    for (size_t r = 0; r < s->setup->regions; r++)
        if (!put_region(s, r, "", s->region_mass[r], err)) return false;
    return put_accuracy(s, err) &&
           monte_carlo_snapshot(s->monte_carlo, s->row, file_cells(s, s->density),
                                s->record, &s->walkers_monitor, err) &&
           record_commit(s->record, t, err) && show_snapshot(s, t, err);
}
