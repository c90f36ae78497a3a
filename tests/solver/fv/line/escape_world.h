/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models on a line with a target on the right, and their escape times. */
#pragma once

#include "grids/field.h"
#include "solver/fv/line/passage.h"
#include "solver/fv/line/quasi.h"
#include "solver/time/line/contour.h"
#include "solver/time/line/survival.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/time/survival_mean.h"
#include <stdlib.h>

static inline double minus_dL(double x, const double *a) {
    return a[2] * (x - x * x * x);
}
static inline double constant(double x, const double *a) {
    return a[0] + 0 * x;
}
static inline double quartic(double x, const double *a) {
    return a[2] * (x * x * x * x / 4 - x * x / 2) / a[0];
}
static inline double tied(double x, const double *a) { /* D = a0 (1 + 4 (L - L_a)) */
    return a[0] * (1 + (x * x - 1) * (x * x - 1));
}
static inline double tied_slope(double x, const double *a) {
    return a[0] * 4 * x * (x * x - 1);
}
static inline double wavy_b(double x, const double *a) {
    return a[1] * sin(3 * x + a[2]) - x;
}
static inline double wavy_D(double x, const double *a) {
    return a[0] * (1.5 + cos(2 * x + a[3]));
}
static inline double wavy_dD(double x, const double *a) {
    return -2 * a[0] * sin(2 * x + a[3]);
}
static inline double none(double x, const double *a) {
    return 0 * x * a[0];
}

struct world {
    struct coefficients c;
    struct grid *grid;
    struct line_generator *generator;
    struct line_escape *escape;
};

/* target: cells whose centres lie beyond `from`. */
static inline void world_init(struct world *w, const struct model1 *m, size_t cells,
                              double lo, double hi, double from, enum boundary lower,
                              enum boundary upper) {
    struct error err = {0};
    const struct axis_spec spec = {.cells = cells,
                                   .lo = lo,
                                   .hi = hi,
                                   .aligns = from > lo && from < hi,
                                   .align = &from,
                                   .multiple = 1,
                                   .boundary = {lower, upper}};
    w->c = model1_coefficients(m);
    w->grid = grid1(&spec);
    w->generator = line_generator_create(w->grid, &w->c, &err);
    ck_assert_msg(w->generator != NULL, "%s", err.message);
    bool *target = calloc(cells, sizeof *target);
    for (size_t i = 0; i < cells; i++)
        target[i] = w->grid->axis[0]->centre[i] > from;
    w->escape = line_escape_create(w->generator, target, &err);
    ck_assert_msg(w->escape != NULL, "%s", err.message);
    free(target);
}

static inline void world_finish(struct world *w) {
    line_escape_destroy(w->escape);
    line_generator_destroy(w->generator);
    grid_destroy(w->grid);
}

static const struct model1 double_well = {minus_dL, constant, NULL, quartic, 0, {.2, 0, 1}};

static inline double *uniform_start(const struct grid *grid, double lo, double hi) {
    double *p = calloc(grid->cells, sizeof *p);
    for (size_t i = 0; i < grid->cells; i++) {
        const double x = grid->axis[0]->centre[i];
        p[i] = x > lo && x < hi ? 1 : 0;
    }
    return p;
}

static inline double survival_mean(const struct line_escape *e, const double *p0) {
    double t[SURVIVAL_POINTS], weight[SURVIVAL_POINTS];
    struct error err = {0};
    struct survival s;
    survival_points(e->cells, e->tau, t, weight);
    const struct propagator_options options = {.tolerance = CONTOUR_FLOOR};
    ck_assert_msg(survival_compute(e, NULL, &options, p0, SURVIVAL_POINTS, t, &s, &err),
                  "%s", err.message);
    const double mean = survival_integral(weight, s.alive);
    survival_finish(&s);
    return mean;
}
