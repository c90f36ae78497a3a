/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The step of dv = -gamma v dt + sqrt(2 gamma theta) dB on a line of equal cells symmetric
 * about 0, as a banded matrix whose columns sum to 1. Values belong to cell centres. With
 *     c = e^{-gamma h},  s^2 = theta (1 - c^2),
 * the density at v_j after the step is E p((v_j - s xi) / c) / c, xi normal:
 *     s >= 2 cells:    K_jk ~ exp(-(v_j - c v_k)^2 / (2 s^2)), whose sums over cells are
 *                      accurate to all orders; entries >= 0;
 *     s <= 1/2 a cell: the mean of the polynomial of degree 8 through the nine cells about
 *                      v_j / c, exact by Gauss-Hermite's rule of five nodes; its columns
 *                      sum to 1 in the limit of short steps (central differences of eighth
 *                      order), and to rounding elsewhere (Strang & Fix's conditions);
 *     in between:      a power of two of the latter's.
 * So the order in the cells is 8 for any step, however short, and the largest eigenvalue
 * 1. The price is negative entries: values below 0 come where cells do not resolve p. */
#pragma once

#include "io/status.h"

struct friction {
    size_t n;
    double *K, *work;    /* [n][n], row j: to v_j */
    size_t *first, *end; /* [n] the columns of row j that are not negligible */
};

/* Room for n cells in v; friction_set gives the matrix. */
MUST_CHECK struct friction *friction_create(size_t n, struct error *err);
void friction_destroy(struct friction *friction);
/* K for cells of width dv and a step of length h. gamma, h >= 0; theta, dv > 0. */
void friction_set(struct friction *friction, double dv, double gamma, double theta,
                  double h);
/* out[n][columns] = K p[n][columns] for the columns from..to - 1; not in place. */
void friction_apply(const struct friction *friction, size_t columns, size_t from, size_t to,
                    const double *p, double *out);
