/* SPDX-License-Identifier: GPL-3.0-or-later
 * Processes for tests: w' = w - eta g_k(w), example k of n drawn with equal chances; and the
 * same with momentum in the plane, v' = mu v + g_k(w), w' = w - eta v'. */
#pragma once

#include "grids/grid.h"
#include "solver/transfer/transfer.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

struct examples {
    struct process process; /* first */
    double eta, mu;
    double (*gradient)(size_t k, double w);
};

static inline bool examples_outcomes(const struct process *process, const double *w,
                                     void *scratch, struct outcome *out, size_t *n,
                                     struct error *err) {
    const struct examples *e = (const struct examples *)process;
    (void)scratch, (void)err;
    *n = process->most;
    for (size_t k = 0; k < *n; k++) {
        const double g = e->gradient(k, w[0]),
                     v = process->dims == 2 ? e->mu * w[1] + g : g;
        out[k] = (struct outcome){{w[0] - e->eta * v, v}, 1 / (double)*n};
    }
    return true;
}

static inline void examples_destroy(struct process *process) {
    (void)process;
}

static inline struct examples sgd_of(size_t n, double (*gradient)(size_t, double),
                                     double eta) {
    return (struct examples){
        .process = {1, n, examples_outcomes, NULL, NULL, examples_destroy, "sgd"},
        .eta = eta,
        .gradient = gradient};
}

static inline struct examples heavy_ball_of(size_t n, double (*gradient)(size_t, double),
                                            double eta, double mu) {
    struct examples e = sgd_of(n, gradient, eta);
    e.process.dims = 2, e.mu = mu;
    return e;
}

static inline struct axis *axis_of(size_t cells, double lo, double hi, enum boundary low,
                                   enum boundary high) {
    const struct axis_spec spec = {
        .cells = cells, .lo = lo, .hi = hi, .boundary = {low, high}, .multiple = 1};
    struct error err;
    struct axis *axis = axis_create(&spec, &err);
    ck_assert_msg(axis != NULL, "%s", err.message);
    return axis;
}

static inline struct grid *line_of(size_t cells, double lo, double hi) {
    struct error err;
    struct grid *grid =
        grid_create(axis_of(cells, lo, hi, REFLECTING, REFLECTING), NULL, &err);
    ck_assert_msg(grid != NULL, "%s", err.message);
    return grid;
}

static inline struct transfer *transfer_of(const struct process *process,
                                           const struct grid *grid) {
    struct error err;
    struct transfer *op = transfer_create(process, grid, false, NULL, &err);
    ck_assert_msg(op != NULL, "%s", err.message);
    return op;
}

/* Curvature noise: g = h_k w + s_k, h = 0.5, 1.5, s = +-0.7 in all four pairs,
 *     E w' = (1 - eta) E w,   E w'^2 = (1 - 2 eta + 5/4 eta^2) E w^2 + 0.49 eta^2. */
static inline double curvature_noise(size_t k, double w) {
    return (k & 1 ? 1.5 : 0.5) * w + (k & 2 ? 0.7 : -0.7);
}
static inline double curvature_noise_step(double eta, double square) {
    return (1 - 2 * eta + 1.25 * eta * eta) * square + 0.49 * eta * eta;
}
static inline double curvature_noise_variance(double eta) {
    return 0.49 * eta / (2 - 1.25 * eta);
}

static inline double two_pits(size_t k, double w) {
    return (w > 0 ? w - 1 : w + 1) + (k ? 0.2 : -0.2);
}

/* The double well w^4/4 - w^2/2 with gradients +-1 beside. */
static inline double double_well(size_t k, double w) {
    return w * w * w - w + (k ? 1 : -1);
}

/* Slow and obvious: x = P^T x + b on the states inside, in long double, by Gauss with
 * pivots, the diagonal from the losses. */
static inline void reference_functions(const struct transfer *op, const bool *inside,
                                       const double *b, double *x) {
    size_t n = 0, *state = calloc(op->grid->cells, sizeof *state);
    for (size_t i = 0; i < op->grid->cells; i++)
        if (inside[i]) state[n++] = i;
    long double *A = calloc(n * (n + 1), sizeof *A);
    for (size_t k = 0; k < n;
         k++) { /* row k: (loss + Sum rates) x_k - Sum rate x_i = b_k */
        const size_t j = state[k];
        long double *row = A + k * (n + 1), out = op->absorbed[j];
        for (int64_t q = op->P->start[j]; q < op->P->start[j + 1]; q++) {
            const size_t to = (size_t)op->P->row[q];
            if (to == j) continue;
            out += op->P->value[q];
            for (size_t i = 0; i < n && inside[to]; i++)
                if (state[i] == to) row[i] -= op->P->value[q];
        }
        row[k] += out, row[n] = b[j];
    }
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k; i < n; i++)
            if (fabsl(A[i * (n + 1) + k]) > fabsl(A[best * (n + 1) + k])) best = i;
        for (size_t j = 0; j <= n; j++) {
            const long double swap = A[k * (n + 1) + j];
            A[k * (n + 1) + j] = A[best * (n + 1) + j], A[best * (n + 1) + j] = swap;
        }
        for (size_t i = k + 1; i < n; i++) {
            const long double f = A[i * (n + 1) + k] / A[k * (n + 1) + k];
            for (size_t j = k; j <= n && f != 0; j++)
                A[i * (n + 1) + j] -= f * A[k * (n + 1) + j];
        }
    }
    for (size_t k = n; k-- > 0;) {
        long double sum = A[k * (n + 1) + n];
        for (size_t j = k + 1; j < n; j++)
            sum -= A[k * (n + 1) + j] * (long double)x[state[j]];
        x[state[k]] = (double)(sum / A[k * (n + 1) + k]);
    }
    free(A), free(state);
}

/* Every pair of lower and upper end that an axis may have. */
static const enum boundary ends[][2] = {{REFLECTING, REFLECTING},
                                        {ABSORBING, REFLECTING},
                                        {REFLECTING, ABSORBING},
                                        {ABSORBING, ABSORBING},
                                        {PERIODIC, PERIODIC}};
enum { ENDS = sizeof ends / sizeof *ends };
