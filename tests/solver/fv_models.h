/* SPDX-License-Identifier: GPL-3.0-or-later
 * One-dimensional models in plain C for the tests of the finite volumes: b, D, dD/dx and
 * phi as functions of x and up to four numbers. */
#pragma once

#include "grids/grid.h"
#include "solver/model/coefficients.h"
#include <check.h>

struct model1 {
    double (*b)(double x, const double *a);
    double (*D)(double x, const double *a);
    double (*dD)(double x, const double *a);  /* NULL: D is constant */
    double (*phi)(double x, const double *a); /* NULL: not known */
    double alpha;
    double a[4];
};

#define MODEL1_COLUMN(name, member)                                                        \
    static bool name(const void *self, size_t n, const double *const *x, double *out,      \
                     struct error *err) {                                                  \
        const struct model1 *m = self;                                                     \
        (void)err;                                                                         \
        for (size_t k = 0; k < n; k++)                                                     \
            out[k] = m->member ? m->member(x[0][k], m->a) : 0;                             \
        return true;                                                                       \
    }
MODEL1_COLUMN(model1_b, b)
MODEL1_COLUMN(model1_D, D)
MODEL1_COLUMN(model1_dD, dD)
MODEL1_COLUMN(model1_phi, phi)

static inline struct coefficients model1_coefficients(const struct model1 *m) {
    return (struct coefficients){.dims = 1,
                                 .alpha = m->alpha,
                                 .constant_diffusion = m->dD == NULL,
                                 .zero_diffusion = m->D == NULL,
                                 .smooth = true,
                                 .self = m,
                                 .drift = model1_b,
                                 .diffusion = model1_D,
                                 .diffusion_gradient = model1_dD,
                                 .potential = m->phi ? model1_phi : NULL};
}

static inline struct grid *grid1(const struct axis_spec *spec) {
    struct error err = {0};
    struct axis *axis = axis_create(spec, &err);
    ck_assert_msg(axis != NULL, "%s", err.message);
    struct grid *grid = grid_create(axis, NULL, &err);
    ck_assert_msg(grid != NULL, "%s", err.message);
    return grid;
}
