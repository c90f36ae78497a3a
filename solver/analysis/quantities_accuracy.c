/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of what is recorded of the error of the cells. */
#include "solver/analysis/quantities.h"
#include <math.h>

static bool extrapolates(const struct snapshot *s) {
    return s->accuracy;
}

static bool knows_space_error(const struct snapshot *s) {
    return s->accuracy || s->resolution->space_error != NULL;
}

static bool extrapolates_stationary(const struct snapshot *s) {
    return s->accuracy && s->stationary_extrapolated != NULL;
}

static const double *density_extrapolated(const struct snapshot *s, size_t i,
                                          double *scratch) {
    (void)i;
    return snapshot_file_cells(s, s->extrapolated, scratch);
}

static const double *stationary_extrapolated(const struct snapshot *s, size_t i,
                                             double *scratch) {
    (void)i;
    return snapshot_file_cells(s, s->stationary_extrapolated, scratch);
}

static double space_error(const struct snapshot *s, size_t i) {
    (void)i;
    return s->accuracy ? s->space.l1 : s->resolution->space_error[s->row];
}

static double space_order(const struct snapshot *s, size_t i) {
    (void)i;
    return s->space.order;
}

static const char *no_moments(const struct snapshot *s) {
    return s->seen.mass > 0 && field_mass(s->grid, s->extrapolated) > 0
               ? NULL
               : "no mass is left that could have moments";
}

static double mean(const struct snapshot *s, size_t i) {
    (void)i;
    return s->space_moments.mean;
}

static double variance(const struct snapshot *s, size_t i) {
    (void)i;
    return s->space_moments.variance;
}

static double mean_error(const struct snapshot *s, size_t i) {
    return fabs(mean(s, i) - s->seen.moments[0].mean);
}

static double variance_error(const struct snapshot *s, size_t i) {
    return fabs(variance(s, i) - s->seen.moments[0].variance);
}

static double mass_in(const struct snapshot *s, size_t region) {
    return field_integral(s->grid, s->extrapolated, s->observables->region[region]);
}

static double mass_in_error(const struct snapshot *s, size_t region) {
    return fabs(mass_in(s, region) - s->region_mass[region]);
}

/* ---------------------------------------------------------------- work and heat */

static bool knows_work_error(const struct snapshot *s) {
    return s->protocol != NULL && s->protocol->space_error != NULL;
}

static double work_error(const struct snapshot *s, size_t i) {
    (void)i;
    return s->protocol->space_error->work[s->row];
}

static double heat_error(const struct snapshot *s, size_t i) {
    (void)i;
    return s->protocol->space_error->heat[s->row];
}

static double work_variance_error(const struct snapshot *s, size_t i) {
    (void)i;
    return s->protocol->space_error->variance[s->row];
}

/* clang-format off */
static const struct run_quantity of_accuracy[] = {
    {.quantity = {"density_extrapolated", {RECORD_CELLS, RECORD_CELLS}, {-1, -1, 0}, "probability density, extrapolated to zero cell width", NULL, NULL}, .present = extrapolates, .array = density_extrapolated},
    {.quantity = {"space_error", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "estimated L1 error in space", NULL, NULL}, .present = knows_space_error, .value = space_error},
    {.quantity = {"space_order", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "observed order in space", NULL, "NaN where half the cells change nothing"}, .present = extrapolates, .value = space_order},
    {.quantity = {"stationary_extrapolated", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {-1, -1, 0}, "stationary density, extrapolated to zero cell width", NULL, NULL}, .present = extrapolates_stationary, .array = stationary_extrapolated},
    {.quantity = {"mean_x_extrapolated", {RECORD_VALUE, RECORD_VALUE}, {1, 0, 0}, "mean, extrapolated to zero cell width", NULL, NULL}, .present = extrapolates, .value = mean, .missing = no_moments},
    {.quantity = {"variance_x_extrapolated", {RECORD_VALUE, RECORD_VALUE}, {2, 0, 0}, "variance, extrapolated to zero cell width", NULL, NULL}, .present = extrapolates, .value = variance, .missing = no_moments},
    {.quantity = {"mean_x_space_error", {RECORD_VALUE, RECORD_VALUE}, {1, 0, 0}, "estimated space error of the mean", NULL, NULL}, .present = extrapolates, .value = mean_error, .missing = no_moments},
    {.quantity = {"variance_x_space_error", {RECORD_VALUE, RECORD_VALUE}, {2, 0, 0}, "estimated space error of the variance", NULL, NULL}, .present = extrapolates, .value = variance_error, .missing = no_moments},
    {.quantity = {"mass_in_*_extrapolated", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mass in the region, extrapolated", NULL, NULL}, .present = extrapolates, .value = mass_in},
    {.quantity = {"mass_in_*_space_error", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "estimated space error of the region's mass", NULL, NULL}, .present = extrapolates, .value = mass_in_error},
    {.quantity = {"work_space_error", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "estimated space error of the mean work", NULL, NULL}, .present = knows_work_error, .value = work_error},
    {.quantity = {"heat_space_error", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "estimated space error of the mean heat", NULL, NULL}, .present = knows_work_error, .value = heat_error},
    {.quantity = {"work_variance_space_error", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "estimated space error of the variance of the work", NULL, NULL}, .present = knows_work_error, .value = work_variance_error},
};
/* clang-format on */

const struct quantity_table quantities_of_accuracy = {of_accuracy, sizeof of_accuracy /
                                                                       sizeof *of_accuracy};
