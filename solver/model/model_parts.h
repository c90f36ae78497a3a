/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shared by the files of the model only: means over the rows of a data table. */
#pragma once

#include "solver/model/model.h"

/* Entries of a symmetric tensor: 1 in one dimension, 3 (xx, xy, yy) in two; and the two
 * indices of an entry. */
static inline size_t entries(int dims) {
    return dims == 1 ? 1 : 3;
}
static inline int first_of(size_t entry) {
    return entry == 2 ? 1 : 0;
}
static inline int second_of(size_t entry) {
    return entry == 0 ? 0 : 1;
}

extern const char *const model_value_names[2][6], *const model_derivative_names[6];

/* curvature[i] = max(curvature[i], |largest eigenvalue|) over `examples` Hessians h[j *
 * entries + e][i]. */
void model_take_largest(const struct model *m, size_t n, size_t examples, double *const *h,
                        double *curvature);

/* MODEL_TABLE: as model_evaluate, the derivative of C (order of
 * coefficients.diffusion_gradient), as model_curvature. */
MUST_CHECK bool table_evaluate(const struct model *m, size_t n, const double *const *x,
                               double *loss, double *gradient, double *covariance,
                               struct error *err);
MUST_CHECK bool table_gradient(const struct model *m, size_t n, const double *const *x,
                               double *dC, struct error *err);
MUST_CHECK bool table_curvature(const struct model *m, size_t n, const double *const *x,
                                double *curvature, struct error *err);
