/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Means of a function over the cells of a grid, also where it is narrower than a cell:
 *     f_i = 1/V_i Integral_{cell i} f dV.
 * On a line a cell is cut in `parts`, each by Gauss's rule of 8 points. Where the polynomial
 * through these misses f at an end of the part, the part is halved, until that changes the mean
 * by less than 1e-9 of the largest |f| of the cell: jumps inside a cell are exact to that. In
 * the plane a cell is cut in parts x parts, and nothing is halved. There are 64 parts in one
 * variable, 8 x 8 in two, fewer where that would take more than 2^22 points (2^24). What is wider than the widest
 * gap between two points is found: 0.19 of a part. */
#pragma once

#include "grids/grid.h"

/* value[n] at n points x[d][n]. */
typedef bool point_function(const void *self, size_t n, const double *const *x,
                            double *value, struct error *err);

/* Along dimension d: what is wider than this is found. The widest cell decides. */
double cell_means_found(const struct grid *grid, int d);
/* mean[cells]. Fails as f does, or without memory. */
MUST_CHECK bool cell_means(const struct grid *grid, point_function *f, const void *self,
                           double *mean, struct error *err);
