/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models whose noise vanishes at a wall, and their grids. */
#pragma once

#include "grids/field.h"
#include "solver/fv/initial.h"
#include "solver/fv/line/moments.h"
#include "solver/fv/line/passage.h"
#include "solver/time/line/survival.h"
#include "tests/solver/fv_models.h"

/* b = a0 - a1 x, D = a2 x^a3 */
static inline double line(double x, const double *a) {
    return a[0] - a[1] * x;
}
static inline double power_D(double x, const double *a) {
    return a[2] * pow(x, a[3]);
}
static inline double power_dD(double x, const double *a) {
    return a[2] * a[3] * pow(x, a[3] - 1);
}
/* the same with noise above 0 only */
static inline double half_D(double x, const double *a) {
    return a[2] * fmax(x, 0);
}
static inline double half_dD(double x, const double *a) {
    return x > 0 ? a[2] : 0;
}
/* Wright and Fisher, Jacobi: b = a0 (1 - x) - a1 x, D = a2 x (1 - x) */
static inline double mutation(double x, const double *a) {
    return a[0] * (1 - x) - a[1] * x;
}
static inline double binomial_D(double x, const double *a) {
    return a[2] * x * (1 - x);
}
static inline double binomial_dD(double x, const double *a) {
    return a[2] * (1 - 2 * x);
}
/* logistic growth, b = a0 x (1 - x) */
static inline double logistic(double x, const double *a) {
    return a[0] * x * (1 - x);
}

struct world {
    struct coefficients c;
    struct grid *grid;
    struct line_generator *g;
};

static inline struct world make(const struct model1 *m, const struct axis_spec *spec) {
    struct error err = {0};
    struct world w = {model1_coefficients(m), grid1(spec), NULL};
    w.g = line_generator_create(w.grid, &w.c, &err);
    ck_assert_msg(w.g != NULL, "%s", err.message);
    return w;
}
static inline void finish(struct world *w) {
    line_generator_destroy(w->g);
    grid_destroy(w->grid);
}
