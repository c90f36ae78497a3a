/* SPDX-License-Identifier: GPL-3.0-or-later
 * Losses that depend on the time: their slopes, and the temperature of the model. */
#include "solver/settings/setup.h"
#include <math.h>

enum { POINTS = 64, TIMES = 17 };
static const double same = 1e-9; /* relative, of b and T */

static bool is_one_expression(const struct model *m) {
    return m->loss != EXPR_NONE && m->kind != MODEL_TABLE;
}

bool setup_has_protocol(const struct setup *setup) {
    const struct model *m = setup->model;
    return m->driven && is_one_expression(m) &&
           expr_depends_on(m->graph, m->loss, EXPR_TIME);
}

bool setup_loss_slopes(const struct setup *setup, struct program **out, struct error *err) {
    const struct model *m = setup->model;
    expr slope[3];
    *out = NULL;
    if (!is_one_expression(m)) return true;
    for (int d = 0; d < m->dims; d++)
        slope[d] = expr_derivative(m->graph, m->loss, (size_t)d);
    slope[m->dims] = expr_derivative(m->graph, m->loss, EXPR_TIME);
    return (*out = program_create(m->graph, slope, (size_t)m->dims + 1, err)) != NULL;
}

/* Drift, diffusion and slopes of the loss at some points. */
struct look {
    double x[2][POINTS], b[2 * POINTS], D[3 * POINTS], slope[3][POINTS];
};

static bool evaluate(const struct model *m, size_t interval, double t,
                     const struct program *slopes, struct look *l) {
    struct interval_coefficients c;
    struct error ignored = {0};
    const double *const x[2] = {l->x[0], l->x[1]};
    double *const out[3] = {l->slope[0], l->slope[1], l->slope[2]};
    coefficients_at(m, interval, t, &c);
    return (c.coefficients.constant_diffusion || c.coefficients.alpha == 1) &&
           c.coefficients.drift(&c, POINTS, x, l->b, &ignored) &&
           c.coefficients.diffusion(&c, POINTS, x, l->D, &ignored) &&
           program_run_at(slopes, t, POINTS, x, out, &ignored);
}

/* (D grad L)_d */
static double force(const struct look *l, int dims, int d, size_t k) {
    const double *const D = l->D;
    if (dims == 1) return D[k] * l->slope[0][k];
    return D[(size_t)d * POINTS + k] * l->slope[0][k] +
           D[(size_t)(d + 1) * POINTS + k] * l->slope[1][k];
}

/* The T of b = -D grad L / T by least squares, NaN where that does not hold. */
static double temperature_of(const struct look *l, int dims) {
    double ff = 0, fb = 0, bb = 0, rest = 0;
    for (int d = 0; d < dims; d++)
        for (size_t k = 0; k < POINTS; k++) {
            const double f = force(l, dims, d, k), b = l->b[(size_t)d * POINTS + k];
            ff += f * f, fb += f * b, bb += b * b;
        }
    const double T = -fb / bb;
    for (int d = 0; d < dims; d++)
        for (size_t k = 0; k < POINTS; k++) {
            const double f = force(l, dims, d, k), b = l->b[(size_t)d * POINTS + k];
            rest += (f + T * b) * (f + T * b);
        }
    return T > 0 && rest <= same * same * ff ? T : (double)NAN;
}

double setup_temperature(const struct setup *setup) {
    const struct model *m = setup->model;
    const double end = setup->time[setup->snapshots - 1];
    struct program *slopes = NULL;
    struct look look = {0};
    struct error ignored;
    double T = (double)NAN;
    bool good = !model_has_stable_noise(m) && m->rule == NULL && m->momentum == 0 &&
                setup_loss_slopes(setup, &slopes, &ignored) && slopes != NULL;
    grid_some_centres(setup->grid, POINTS, (double *const[]){look.x[0], look.x[1]});
    for (size_t k = 0; good && k < TIMES; k++) {
        const double t = end * (double)k / (TIMES - 1);
        good = evaluate(m, model_interval_at(m, t), t, slopes, &look);
        const double now = good ? temperature_of(&look, m->dims) : (double)NAN;
        if (k == 0) T = now;
        good = good && fabs(now - T) <= same * T;
    }
    program_destroy(slopes);
    return good ? T : (double)NAN;
}
