/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of what a run records of its density, and what each row is. */
#include "solver/analysis/quantities.h"
#include "solver/analysis/quantities_work.h"
#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- when there is none */

static const char *no_moments(const struct snapshot *s) {
    return s->seen.mass > 0 ? NULL : "no mass is left that could have moments";
}

/* Skewness and kurtosis along x; all mass may be on a wall (fv/line/moments.h). */
static const char *no_shape(const struct snapshot *s) {
    const bool wide = !(s->seen.mass > 0) || isfinite(s->seen.moments[0].kurtosis);
    return wide ? no_moments(s) : "all mass is at one point, on a wall without noise";
}

static const char *no_stationary(const struct snapshot *s) {
    return s->observables->stationary != NULL
               ? NULL
               : "there is no stationary density for the learning rate of that time";
}

/* ---------------------------------------------------------------- presence */

static const struct stationary *last_stationary(const struct snapshot *s) {
    return &s->stationary[s->evolution->intervals - 1];
}

static bool ends_stationary(const struct snapshot *s) {
    return last_stationary(s)->density != NULL;
}

static bool has_stationary(const struct snapshot *s) {
    for (size_t k = 0; k < s->evolution->intervals; k++)
        if (s->stationary[k].density != NULL) return true;
    return false;
}

static bool has_loss(const struct snapshot *s) {
    return s->observables->loss != NULL;
}

static bool has_diffusion(const struct snapshot *s) {
    return evolution_at_faces(s->evolution).diffusion != NULL || s->setup->grid->dims == 2;
}

/* In one variable a model that does not depend on the time has it in -d(free_energy)/dt. */
static bool has_production(const struct snapshot *s) {
    return s->setup->grid->dims == 2 || s->setup->model->driven;
}

bool snapshot_has_adiabatic(const struct snapshot *s) {
    return s->setup->model->driven && !model_has_sinks(s->setup->model) &&
           s->setup->spec->analysis.stationary &&
           evolution_last(s->evolution)->equation->adiabatic != NULL;
}

static bool truncates(const struct snapshot *s, const char *name) {
    const struct truncation *t = evolution_truncation(s->evolution);
    return t != NULL && strcmp(t->name, name) == 0;
}

static bool wraps(const struct snapshot *s) {
    return truncates(s, "wrapped_mass");
}

static bool has_edge(const struct snapshot *s) {
    return truncates(s, "edge_mass");
}

/* ---------------------------------------------------------------- arrays */

const double *snapshot_file_cells(const struct snapshot *s, const double *values,
                                  double *scratch) {
    if (s->resolution->factor == 1) return values;
    resolution_restrict(s->resolution, s->setup, values, scratch);
    return scratch;
}

/* values[faces] of one variable -> those at the file's faces, or the same. */
static const double *file_faces(const struct snapshot *s, const double *values,
                                double *scratch) {
    if (s->resolution->factor == 1) return values;
    for (size_t f = 0; f <= s->setup->grid->cells; f++)
        scratch[f] = values[f * s->resolution->factor];
    return scratch;
}

static const double *density(const struct snapshot *s, size_t i, double *scratch) {
    (void)i;
    return snapshot_file_cells(s, s->density, scratch);
}

static const double *flux(const struct snapshot *s, size_t i, double *scratch) {
    (void)i;
    return file_faces(s, s->flux, scratch);
}

/* Of two variables: J_x, then J_y. */
static const double *flux_along(const struct snapshot *s, size_t i, double *scratch) {
    const struct grid *g = s->setup->grid;
    (void)scratch;
    return s->flux + (i == 0 ? 0 : (g->axis[0]->cells + 1) * g->axis[1]->cells);
}

static const double *marginal(const struct snapshot *s, size_t i, double *scratch) {
    field_marginal(s->setup->grid, s->density, (int)i, scratch);
    return scratch;
}

static const double *drift(const struct snapshot *s, size_t i, double *scratch) {
    (void)i;
    return file_faces(s, evolution_at_faces(s->evolution).drift, scratch);
}

static const double *diffusion(const struct snapshot *s, size_t i, double *scratch) {
    (void)i;
    return file_faces(s, evolution_at_faces(s->evolution).diffusion, scratch);
}

static const double *drift_along(const struct snapshot *s, size_t i, double *scratch) {
    (void)scratch;
    return s->coefficients + i * s->setup->grid->cells;
}

static const double *diffusion_xx(const struct snapshot *s, size_t i, double *scratch) {
    (void)i;
    return drift_along(s, 2, scratch);
}

static const double *diffusion_xy(const struct snapshot *s, size_t i, double *scratch) {
    (void)i;
    return drift_along(s, 3, scratch);
}

static const double *diffusion_yy(const struct snapshot *s, size_t i, double *scratch) {
    (void)i;
    return drift_along(s, 4, scratch);
}

static const double *loss(const struct snapshot *s, size_t i, double *scratch) {
    (void)i;
    return snapshot_file_cells(s, s->observables->loss, scratch);
}

static const double *stationary_density(const struct snapshot *s, size_t i,
                                        double *scratch) {
    (void)i;
    return snapshot_file_cells(s, last_stationary(s)->density, scratch);
}

/* -ln of the mean over a cell of the file, whose parts have the given logarithms. */
static double mean_potential(const struct snapshot *s, size_t cell, const double *log_p) {
    const size_t by = s->resolution->factor;
    const double *part = log_p + cell * by, *volume = s->grid->volume + cell * by;
    double most = -(double)INFINITY, sum = 0;
    for (size_t k = 0; k < by; k++)
        most = fmax(most, part[k]);
    if (by == 1 || isinf(most)) return -most;
    for (size_t k = 0; k < by; k++)
        sum += exp(part[k] - most) * volume[k];
    return -most - log(sum / s->setup->grid->volume[cell]);
}

/* phi = -ln p_st where there is one; the loss otherwise; 0 without any. */
static const double *potential(const struct snapshot *s, size_t i, double *scratch) {
    const double *log_p = last_stationary(s)->log_density;
    if (log_p == NULL && has_loss(s)) return loss(s, i, scratch);
    for (size_t k = 0; k < s->setup->grid->cells; k++)
        scratch[k] = log_p != NULL ? mean_potential(s, k, log_p) : 0;
    return scratch;
}

/* ---------------------------------------------------------------- numbers */

static double mass(const struct snapshot *s, size_t i) {
    (void)i;
    return s->seen.mass;
}

static double mean(const struct snapshot *s, size_t d) {
    return s->seen.moments[d].mean;
}

static double variance(const struct snapshot *s, size_t d) {
    return s->seen.moments[d].variance;
}

static double skewness(const struct snapshot *s, size_t d) {
    return s->seen.moments[d].skewness;
}

static double kurtosis(const struct snapshot *s, size_t d) {
    return s->seen.moments[d].kurtosis;
}

static double covariance(const struct snapshot *s, size_t i) {
    (void)i;
    return s->seen.covariance;
}

static double mean_loss(const struct snapshot *s, size_t i) {
    (void)i;
    return s->seen.mean_loss;
}

static double entropy(const struct snapshot *s, size_t i) {
    (void)i;
    return s->seen.entropy;
}

static double free_energy(const struct snapshot *s, size_t i) {
    (void)i;
    return s->seen.free_energy;
}

static double l1_to_stationary(const struct snapshot *s, size_t i) {
    (void)i;
    return s->seen.l1_to_stationary;
}

static double entropy_production(const struct snapshot *s, size_t i) {
    (void)i;
    return s->current.entropy_production;
}

static double adiabatic(const struct snapshot *s, size_t i) {
    (void)i;
    return s->adiabatic;
}

static bool kills(const struct snapshot *s) {
    return s->setup->model->sink_rate[SINK_KILLING] != NULL;
}

static double killed(const struct snapshot *s, size_t i) {
    (void)i;
    return s->lost[FATE_KILLED];
}

static double absorbed(const struct snapshot *s, size_t i) {
    (void)i;
    return s->lost[FATE_ABSORBED];
}

static double truncated(const struct snapshot *s, size_t i) {
    (void)i;
    return s->truncated;
}

static double min_density(const struct snapshot *s, size_t i) {
    (void)i;
    return s->clean_up.min_density;
}

static double negativity(const struct snapshot *s, size_t i) {
    (void)i;
    return s->clean_up.negativity;
}

static double mass_defect(const struct snapshot *s, size_t i) {
    (void)i;
    return s->clean_up.mass_defect;
}

static double time_error(const struct snapshot *s, size_t i) {
    (void)i;
    return s->time_error;
}

static double learning_rate(const struct snapshot *s, size_t i) {
    double eta[2];
    (void)i;
    model_effective_rate(s->setup->model, s->interval, s->time, eta);
    return eta[0];
}

static double wall_time(const struct snapshot *s, size_t i) {
    (void)i;
    return s->seconds;
}

/* SGD steps taken by then. */
static double step(const struct snapshot *s, size_t i) {
    const struct model *m = s->setup->model;
    double steps = 0, begin = 0;
    (void)i;
    for (size_t k = 0; k < model_intervals(m) && begin < s->time; k++) {
        const double end = fmin(s->time, model_interval_end(m, k));
        steps += (end - begin) / model_step_time(m, k);
        begin = end;
    }
    return round(steps);
}

static double mass_in(const struct snapshot *s, size_t region) {
    return s->region_mass[region];
}

/* ---------------------------------------------------------------- over all snapshots */

static void keep_time_error(struct extremes *x, double value) {
    x->time_error = fmax(x->time_error, value);
}

static void keep_negativity(struct extremes *x, double value) {
    x->negativity = fmax(x->negativity, value);
}

static void keep_mass_defect(struct extremes *x, double value) {
    x->mass_defect = fmax(x->mass_defect, value);
}

static void keep_min_density(struct extremes *x, double value) {
    x->min_density = fmin(x->min_density, value);
}

/* ---------------------------------------------------------------- of a sample */

static const char *few(const struct sample *s, size_t d) {
    return s->moments[d].count < 2 ? "fewer than two walkers are left on the grid" : NULL;
}

static bool sample_mean(const struct sample *s, size_t d, struct estimate *out,
                        const char **why, struct error *err) {
    (void)err;
    *out = s->moments[d].mean, *why = few(s, d);
    return true;
}

/* For what walkers in one place do not have. */
static bool shape(const struct sample *s, size_t d, struct estimate from,
                  struct estimate *out, const char **why) {
    *out = from;
    *why = s->moments[d].spread ? few(s, d)
                                : "the walkers stand in one place, which has no shape";
    return true;
}

static bool sample_variance(const struct sample *s, size_t d, struct estimate *out,
                            const char **why, struct error *err) {
    (void)err;
    return shape(s, d, s->moments[d].variance, out, why);
}

static bool sample_skewness(const struct sample *s, size_t d, struct estimate *out,
                            const char **why, struct error *err) {
    (void)err;
    return shape(s, d, s->moments[d].skewness, out, why);
}

static bool sample_kurtosis(const struct sample *s, size_t d, struct estimate *out,
                            const char **why, struct error *err) {
    (void)err;
    return shape(s, d, s->moments[d].kurtosis, out, why);
}

static bool sample_covariance(const struct sample *s, size_t i, struct estimate *out,
                              const char **why, struct error *err) {
    (void)i;
    *why = few(s, 0);
    return moments_covariance(s->walkers, out, err);
}

static bool sample_has_loss(const struct sample *s) {
    return s->loss != NULL;
}

static bool sample_loss(const struct sample *s, size_t i, struct estimate *out,
                        const char **why, struct error *err) {
    (void)i;
    *why = few(s, 0);
    return moments_of_function(s->walkers, &(struct walkers_function){.program = s->loss},
                               out, err);
}

static bool sample_mass_in(const struct sample *s, size_t region, struct estimate *out,
                           const char **why, struct error *err) {
    *why = NULL;
    return moments_region(
        s->walkers, &(struct walkers_function){.program = s->region[region]}, out, err);
}

/* ---------------------------------------------------------------- the table */

/* clang-format off */
static const struct run_quantity of_density[] = {
    {.quantity = {"density", {RECORD_CELLS, RECORD_CELLS}, {-1, -1, 0}, "probability density p", NULL, NULL}, .array = density},
    {.quantity = {"flux", {RECORD_FACES, RECORD_NONE}, {0, 0, -1}, "probability current J", NULL, NULL}, .array = flux},
    {.quantity = {"flux_x", {RECORD_NONE, RECORD_X_FACES}, {0, -1, -1}, "probability current along %x", NULL, NULL}, .axis = X_AXIS, .array = flux_along},
    {.quantity = {"flux_y", {RECORD_NONE, RECORD_Y_FACES}, {-1, 0, -1}, "probability current along %y", NULL, NULL}, .axis = Y_AXIS, .array = flux_along},
    {.quantity = {"marginal_x", {RECORD_NONE, RECORD_X_CELLS}, {-1, 0, 0}, "marginal density of %x", NULL, NULL}, .axis = X_AXIS, .array = marginal},
    {.quantity = {"marginal_y", {RECORD_NONE, RECORD_Y_CELLS}, {0, -1, 0}, "marginal density of %y", NULL, NULL}, .axis = Y_AXIS, .array = marginal},
    {.quantity = {"drift", {RECORD_FACES_ONCE, RECORD_NONE}, {1, 0, -1}, "drift b", NULL, NULL}, .array = drift},
    {.quantity = {"drift_x", {RECORD_NONE, RECORD_CELLS_ONCE}, {1, 0, -1}, "drift of %x", NULL, NULL}, .axis = X_AXIS, .array = drift_along},
    {.quantity = {"drift_y", {RECORD_NONE, RECORD_CELLS_ONCE}, {0, 1, -1}, "drift of %y", NULL, NULL}, .axis = Y_AXIS, .array = drift_along},
    {.quantity = {"diffusion_xx", {RECORD_NONE, RECORD_CELLS_ONCE}, {2, 0, -1}, "diffusion D_xx", NULL, NULL}, .array = diffusion_xx},
    {.quantity = {"diffusion_xy", {RECORD_NONE, RECORD_CELLS_ONCE}, {1, 1, -1}, "diffusion D_xy", NULL, NULL}, .array = diffusion_xy},
    {.quantity = {"diffusion_yy", {RECORD_NONE, RECORD_CELLS_ONCE}, {0, 2, -1}, "diffusion D_yy", NULL, NULL}, .array = diffusion_yy},
    {.quantity = {"potential", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {0, 0, 0}, "effective potential, -ln of the stationary density", NULL, "infinite where the stationary density is 0"}, .array = potential},
    {.quantity = {"mean_y", {RECORD_NONE, RECORD_VALUE}, {0, 1, 0}, "mean of %y", NULL, NULL}, .axis = Y_AXIS, .value = mean, .missing = no_moments, .estimate = sample_mean},
    {.quantity = {"variance_y", {RECORD_NONE, RECORD_VALUE}, {0, 2, 0}, "variance of %y", NULL, NULL}, .axis = Y_AXIS, .value = variance, .missing = no_moments, .estimate = sample_variance},
    {.quantity = {"variance_xy", {RECORD_NONE, RECORD_VALUE}, {1, 1, 0}, "covariance of %x and %y", NULL, NULL}, .value = covariance, .missing = no_moments, .estimate = sample_covariance},
    {.quantity = {"skewness_y", {RECORD_NONE, RECORD_VALUE}, {0, 0, 0}, "skewness of %y", NULL, NULL}, .axis = Y_AXIS, .value = skewness, .missing = no_moments, .estimate = sample_skewness},
    {.quantity = {"kurtosis_y", {RECORD_NONE, RECORD_VALUE}, {0, 0, 0}, "kurtosis of %y", NULL, NULL}, .axis = Y_AXIS, .value = kurtosis, .missing = no_moments, .estimate = sample_kurtosis},
    {.quantity = {"entropy_production", {RECORD_VALUE, RECORD_VALUE}, {0, 0, -1}, "entropy production rate", NULL, "infinite where there is a current without noise; NaN where the cells are too wide for the noise to know it"}, .present = has_production, .value = entropy_production},
    {.quantity = {"entropy_production_adiabatic", {RECORD_VALUE, RECORD_VALUE}, {0, 0, -1}, "adiabatic part of the entropy production rate", NULL, "of a model that depends on t; NaN where no stationary density belongs to the time, or the cells are too wide"}, .present = snapshot_has_adiabatic, .value = adiabatic},
    {.quantity = {"diffusion", {RECORD_FACES_ONCE, RECORD_NONE}, {2, 0, -1}, "diffusion D", NULL, NULL}, .present = has_diffusion, .array = diffusion},
    {.quantity = {"edge_mass", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "largest mass so far in the first and last cells of the velocity", NULL, NULL}, .present = has_edge, .value = truncated},
    {.quantity = {"wrapped_mass", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "expected mass that jumped over an end and came in at the other", NULL, NULL}, .present = wraps, .value = truncated},
    {.quantity = {"stationary_density", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {-1, -1, 0}, "stationary density", NULL, NULL}, .present = ends_stationary, .array = stationary_density},
    {.quantity = {"mass", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mass", NULL, NULL}, .value = mass},
    {.quantity = {"mean_x", {RECORD_VALUE, RECORD_VALUE}, {1, 0, 0}, "mean of %x", NULL, NULL}, .axis = X_AXIS, .value = mean, .missing = no_moments, .estimate = sample_mean},
    {.quantity = {"variance_x", {RECORD_VALUE, RECORD_VALUE}, {2, 0, 0}, "variance of %x", NULL, NULL}, .axis = X_AXIS, .value = variance, .missing = no_moments, .estimate = sample_variance},
    {.quantity = {"skewness_x", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "skewness of %x", NULL, NULL}, .axis = X_AXIS, .value = skewness, .missing = no_shape, .estimate = sample_skewness},
    {.quantity = {"kurtosis_x", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "kurtosis of %x", NULL, NULL}, .axis = X_AXIS, .value = kurtosis, .missing = no_shape, .estimate = sample_kurtosis},
    {.quantity = {"entropy", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "entropy", NULL, NULL}, .value = entropy},
    {.quantity = {"min_density", {RECORD_VALUE, RECORD_VALUE}, {-1, -1, 0}, "smallest density before clean-up", NULL, NULL}, .value = min_density, .keep = keep_min_density},
    {.quantity = {"negativity", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "integral of the negative part before clean-up", NULL, NULL}, .value = negativity, .keep = keep_negativity},
    {.quantity = {"mass_defect", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mass defect before clean-up", NULL, NULL}, .value = mass_defect, .keep = keep_mass_defect},
    {.quantity = {"time_error", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "estimated L1 error in time", NULL, "NaN or infinite where it is not known: such a run is inaccurate"}, .value = time_error, .keep = keep_time_error},
    {.quantity = {"learning_rate", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "learning rate", NULL, NULL}, .value = learning_rate},
    {.quantity = {"wall_time", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "wall time", "s", NULL}, .value = wall_time},
    {.quantity = {"step", {RECORD_INTEGER, RECORD_INTEGER}, {0, 0, 0}, "time steps taken", NULL, NULL}, .value = step},
    {.quantity = {"free_energy", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "relative entropy to the stationary density", NULL, "infinite where the density is not 0 and the stationary one is"}, .present = has_stationary, .value = free_energy, .missing = no_stationary},
    {.quantity = {"l1_to_stationary", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "L1 distance to the stationary density", NULL, NULL}, .present = has_stationary, .value = l1_to_stationary, .missing = no_stationary},
    {.quantity = {"loss", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {0, 0, 0}, "loss L", NULL, NULL}, .present = has_loss, .array = loss},
    {.quantity = {"mean_loss", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "expected loss", NULL, NULL}, .present = has_loss, .value = mean_loss, .missing = no_moments, .estimate = sample_loss, .sampled = sample_has_loss},
    {.quantity = {"mass_in_*", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mass in %r", NULL, NULL}, .value = mass_in, .estimate = sample_mass_in},
    {.quantity = {"lost_by_killing", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mass killed so far", NULL, NULL}, .present = kills, .value = killed},
    {.quantity = {"lost_at_walls", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mass gone through absorbing ends so far", NULL, NULL}, .present = kills, .value = absorbed},
    {.quantity = {"work", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mean work since the start", NULL, NULL}, .present = has_work, .value = work, .estimate = sample_work, .sampled = sample_has_work, .of_paths = true},
    {.quantity = {"heat", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mean heat since the start", NULL, NULL}, .present = has_work, .value = heat},
    {.quantity = {"work_variance", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "variance of the work", NULL, NULL}, .present = has_work, .value = work_variance, .estimate = sample_work_variance, .sampled = sample_has_work, .of_paths = true},
    {.quantity = {"work_exponential", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mean of exp(-work/temperature)", NULL, NULL}, .present = has_temperature, .value = work_exponential, .estimate = sample_work_exponential, .sampled = sample_has_temperature, .of_paths = true},
};
/* clang-format on */

const struct quantity_table quantities_of_density = {of_density, sizeof of_density /
                                                                     sizeof *of_density};

bool quantities_lost(const struct record *record, size_t row, double lost[FATES],
                     struct error *err) {
    return record_read_row(record, "lost_by_killing", row, &lost[FATE_KILLED], err) &&
           record_read_row(record, "lost_at_walls", row, &lost[FATE_ABSORBED], err);
}
