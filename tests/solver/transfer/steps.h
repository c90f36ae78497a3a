/* SPDX-License-Identifier: GPL-3.0-or-later
 * Outcomes of one step and their moments. */
#pragma once

#include "example_models.h"
#include "solver/transfer/process_kinds.h"
#include <stdlib.h>

#define WITH    WITH_REPLACEMENT
#define WITHOUT WITHOUT_REPLACEMENT

static inline struct axis *axis_of(size_t cells, double lo, double hi, enum boundary end) {
    struct axis *axis = axis_create(
        &(struct axis_spec){.cells = cells, .lo = lo, .hi = hi, .boundary = {end, end}},
        &err);
    OK(axis != NULL);
    return axis;
}

static inline struct grid *grid_of(int dims, size_t cells, double lo, double hi) {
    struct axis *x = axis_of(cells, lo, hi, REFLECTING);
    struct axis *y = dims == 2 ? axis_of(cells, lo, hi, REFLECTING) : NULL;
    struct grid *grid = grid_create(x, y, &err);
    OK(grid != NULL);
    return grid;
}

/* All outcomes at w; freed by the caller. */
static inline struct outcome *outcomes_at(const struct process *p, const double *w,
                                          size_t *n) {
    void *scratch = p->make_scratch(p, &err);
    OK(scratch != NULL);
    struct outcome *out = array_create(p->most, sizeof *out, &err);
    OK(out != NULL);
    OK(p->outcomes(p, w, scratch, out, n, &err));
    ck_assert_uint_le(*n, p->most);
    p->free_scratch(scratch);
    return out;
}

/* Sum of probability prod_i (landing[axis_i] - about[axis_i]), i < order. */
static inline double moment(const struct outcome *out, size_t n, const double *about,
                            int order, const int *axis) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        double term = out[k].probability;
        for (int i = 0; i < order; i++)
            term *= out[k].landing[axis[i]] - about[axis[i]];
        sum += term;
    }
    return sum;
}

/* The same of the examples' gradients at w about their mean G: 1/n Sum_j Prod. */
static inline double gradient_moment(const struct example_spec *s, const double *w,
                                     const double *G, int order, const int *axis) {
    double sum = 0;
    for (size_t j = 0; j < s->n; j++) {
        double g[2] = {0}, term = 1;
        example_gradient(s->dims, j, w, g);
        for (int i = 0; i < order; i++)
            term *= g[axis[i]] - G[axis[i]];
        sum += term;
    }
    return sum / (double)s->n;
}

/* Third cumulant of a batch's mean over that of one example. */
static inline double third_factor(const struct example_spec *s) {
    const double n = (double)s->n, B = (double)s->B;
    if (s->sampling == WITH) return 1 / (B * B);
    return n <= 2 ? 0 : (n - B) * (n - 2 * B) / (B * B * (n - 1) * (n - 2));
}

static inline double second_factor(const struct example_spec *s) {
    const double n = (double)s->n, B = (double)s->B;
    return s->sampling == WITH || s->n == 1 ? 1 / B : (n - B) / (B * (n - 1));
}

/* b = -x + x^3/5, D = (1 + x^2)/10, as the program takes them. */
static inline struct model *drift_model(double alpha) {
    struct graph *g = graph_create(&err);
    OK(graph_variable(g, "w", &err));
    struct model_source s = {.kind = MODEL_DRIFT,
                             .dims = 1,
                             .graph = g,
                             .variable = example_names,
                             .loss = EXPR_NONE,
                             .drift = {example_parse(g, "-w + w^3/5")},
                             .diffusion = {example_parse(g, "(1 + w^2)/10")},
                             .batch = 1,
                             .alpha = alpha};
    struct model *m = model_create(&s, &err);
    OK(m != NULL);
    return m;
}

/* Two variables: D = [[2, 1], [1, 3]] (1 + w^2 + v^2)/20 from a loss with noise, one step
 * of euler (Ito, Klimontovich) and heun (Stratonovich). */
static inline struct model *plane_model(double alpha) {
    struct graph *g = graph_create(&err);
    static struct rate_interval forever = {.until = (double)INFINITY, .eta = {0.3, 0.3}};
    OK(graph_variable(g, "w", &err) && graph_variable(g, "v", &err));
    struct model_source s = {.kind = MODEL_LOSS,
                             .dims = 2,
                             .graph = g,
                             .variable = example_names,
                             .loss = example_parse(g, "w^2 + w*v/2 + v^2"),
                             .covariance = {example_parse(g, "2*(1 + w^2 + v^2)"),
                                            example_parse(g, "1 + w^2 + v^2"),
                                            example_parse(g, "3*(1 + w^2 + v^2)")},
                             .batch = 4,
                             .alpha = alpha,
                             .intervals = 1,
                             .interval = &forever};
    struct model *m = model_create(&s, &err);
    OK(m != NULL);
    return m;
}
