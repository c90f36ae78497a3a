/* SPDX-License-Identifier: GPL-3.0-or-later
 * Processes for tests: w' = w - eta g_k(w), example k of n drawn with equal chances; and the
 * same with momentum in the plane, v' = mu v + g_k(w), w' = w - eta v'. */
#pragma once

#include "grids/grid.h"
#include "solver/transfer/process.h"
#include <check.h>
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
