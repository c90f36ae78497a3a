/* SPDX-License-Identifier: GPL-3.0-or-later
 * The periodic state in file and summary. */
#include "solver/analysis/floquet.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>

/* clang-format off */
static const struct {
    struct quantity quantity;
    size_t member; /* a double * of struct floquet */
} quantities[] = {
    {{"floquet_density", {RECORD_PHASE_CELLS, RECORD_NONE}, {-1, 0, 0}, "density of the periodic state", NULL, NULL}, offsetof(struct floquet, density)},
    {{"floquet_mean_x", {RECORD_PHASES, RECORD_NONE}, {1, 0, 0}, "mean of %x in the periodic state", NULL, NULL}, offsetof(struct floquet, mean)},
    {{"floquet_variance_x", {RECORD_PHASES, RECORD_NONE}, {2, 0, 0}, "variance of %x in the periodic state", NULL, NULL}, offsetof(struct floquet, variance)},
    {{"floquet_average", {RECORD_CELLS_ONCE, RECORD_NONE}, {-1, 0, 0}, "density of the periodic state, mean over a period", NULL, NULL}, offsetof(struct floquet, average)},
    {{"floquet_flux", {RECORD_FACES_ONCE, RECORD_NONE}, {0, 0, -1}, "current of the periodic state, mean over a period", NULL, NULL}, offsetof(struct floquet, flux)},
};
/* clang-format on */
enum { QUANTITIES = sizeof quantities / sizeof *quantities };

const struct quantity *floquet_quantity(size_t k) {
    return k < QUANTITIES ? &quantities[k].quantity : NULL;
}

void floquet_fields(const struct floquet *f, field_sink add, void *context) {
    for (size_t k = 0; f != NULL && k < QUANTITIES; k++)
        add(context, &quantities[k].quantity, (struct quantity_of){0});
}

bool floquet_record(const struct floquet *f, struct record *record, struct error *err) {
    for (size_t k = 0; f != NULL && k < QUANTITIES; k++) {
        const double *values = *(double *const *)((const char *)f + quantities[k].member);
        if (!record_static(record, quantities[k].quantity.name, values, err)) return false;
    }
    return true;
}

/* ---------------------------------------------------------------- numbers */

static double period(const void *of) {
    return ((const struct floquet *)of)->period;
}

static double multiplier(const void *of) {
    return ((const struct floquet *)of)->point.multiplier[0];
}

static double multiplier_imaginary(const void *of) {
    return ((const struct floquet *)of)->point.multiplier[1];
}

static double cycle_mean(const void *of) {
    return ((const struct floquet *)of)->cycle_mean;
}

static double amplitude(const void *of) {
    return ((const struct floquet *)of)->amplitude;
}

static double lag(const void *of) {
    return ((const struct floquet *)of)->lag;
}

static double current(const void *of) {
    return ((const struct floquet *)of)->current;
}

static double state_error(const void *of) {
    return ((const struct floquet *)of)->error;
}

static double error_in_space(const void *of) {
    return ((const struct floquet *)of)->space_error;
}

static double sampling_error(const void *of) {
    return ((const struct floquet *)of)->sampling_error;
}

static int64_t steps(const void *of) {
    return (int64_t)((const struct floquet *)of)->steps;
}

static int64_t applications(const void *of) {
    return ((const struct floquet *)of)->point.applications;
}

/* clang-format off */
static const struct attribute attributes[] = {
    {.name = "floquet_period", .sentence = "periodic state: the period", .real = period},
    {.name = "floquet_multiplier", .sentence = "periodic state: leading multiplier of what differs from it, real part", .real = multiplier},
    {.name = "floquet_multiplier_imaginary", .sentence = "periodic state: and its imaginary part", .real = multiplier_imaginary},
    {.name = "floquet_mean", .sentence = "periodic state: mean of the variable over a period", .real = cycle_mean},
    {.name = "floquet_amplitude", .sentence = "periodic state: amplitude of the mean's first harmonic", .real = amplitude},
    {.name = "floquet_lag", .sentence = "periodic state: by what angle that lags behind cos(2 pi t / period)", .real = lag},
    {.name = "floquet_current", .sentence = "periodic state: current, mean over a period and the variable", .real = current},
    {.name = "floquet_error", .sentence = "periodic state: its error in time and as a fixed point, L1", .real = state_error},
    {.name = "floquet_space_error", .sentence = "periodic state: its error in space, L1, the largest over the phases", .real = error_in_space},
    {.name = "floquet_sampling_error", .sentence = "periodic state: error of means over a period, by half the phases, L1", .real = sampling_error},
    {.name = "floquet_steps", .sentence = "periodic state: steps in a period", .integer = steps},
    {.name = "floquet_periods", .sentence = "periodic state: periods that were computed", .integer = applications},
};
/* clang-format on */
const struct attribute_table floquet_attributes = {attributes,
                                                   sizeof attributes / sizeof *attributes};

bool floquet_results(const struct floquet *f, struct record *record, struct error *err) {
    return f == NULL || attributes_put(&floquet_attributes, f, NULL, false, record, err);
}

void floquet_print(const struct floquet *f, void *stream) {
    FILE *out = stream;
    if (f == NULL) return;
    fprintf(out, "  %-22s mean %.9g, amplitude %.9g, lag %.6g\n", "periodic state",
            f->cycle_mean, f->amplitude, f->lag);
    fprintf(out, "  %-22s multiplier %.9g", "", f->point.multiplier[0]);
    if (f->point.multiplier[1] != 0) fprintf(out, "%+.6gi", f->point.multiplier[1]);
    fprintf(out, ", current %.6g, error %.2g, in space %.2g\n", f->current, f->error,
            f->space_error);
}

bool floquet_doubt(const struct floquet *f, char text[FLOQUET_TEXT]) {
    static const double wanted = 1e-8, averages = 1e-6;
    if (f == NULL) return false;
    if (!(f->error <= wanted))
        snprintf(text, FLOQUET_TEXT,
                 "the periodic state is known to %.2g (L1), not to %.0e: %zu steps in a "
                 "period, leading multiplier %.9g",
                 f->error, wanted, f->steps,
                 hypot(f->point.multiplier[0], f->point.multiplier[1]));
    else if (!(f->sampling_error <= averages))
        snprintf(text, FLOQUET_TEXT,
                 "means over the period are known to %.2g only: set "
                 "analysis.floquet.phases to more than %zu",
                 f->sampling_error, f->phases);
    else if (!(f->space_error <= f->space_target))
        snprintf(text, FLOQUET_TEXT,
                 "the periodic state is known to %.2g (L1) in space, above accuracy.space "
                 "%.2g, with every cell cut into %zu",
                 f->space_error, f->space_target, f->cut);
    return !(f->error <= wanted && f->sampling_error <= averages &&
             f->space_error <= f->space_target);
}
