/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A function of two variables through the values f_ji at the points (x_i, y_j) of a grid,
 * i < nx, j < ny, by a bicubic on each of its rectangles: the tensor product of two cubic
 * splines (spline.h; C. de Boor, J. Math. and Phys. 41, 212, 1962), with its derivatives
 *     d^(a+b) f / dx^a dy^b,    0 <= a, b <= 3.
 * It is C2, with f_xxyy, and errors fall as h^4 up to the edges. Each node has f, f_x, f_y,
 * f_xy; a rectangle is Hermite's bicubic of its four nodes.
 *
 *   periodic  in x, in y, or both: the last column is the first, the last row the first.
 *   positive  at every node f_x and f_y are drawn into the ranges of spline.h, and then f_xy
 *             to between
 *                 -9 (f + h_x f_x/3 + h_y f_y/3)/(h_x h_y)      in the rectangle above right
 *             and its like of the other three; such an f_xy exists. So no Bernstein
 *             coefficient of a rectangle is negative, nor is the value (rounding is cut at
 *             0). Where nothing was drawn it is the spline, elsewhere C1.
 *   outside   in each variable by itself: `linear` is linear in x beyond an end of x, and
 *             bilinear beyond a corner. */
#pragma once

#include "solver/expr/knots.h"

struct surface_options {
    bool positive, periodic[2];
    enum knots_outside outside;
};

struct surface; /* immutable */

/* x: [nx], y: [ny], f: [ny][nx], copied. Failures as of spline_create, for rows (j) and columns
 * (i) of f, counted from 1. */
MUST_CHECK struct surface *surface_create(size_t nx, const double *x, size_t ny,
                                          const double *y, const double *f,
                                          struct surface_options options,
                                          struct error *err);
void surface_destroy(struct surface *s);

/* d[i]: the derivative of order[0] in x and order[1] in y at (x[i], y[i]), i < n; d may be x
 * or y. */
void surface_values(const struct surface *s, const int order[2], size_t n, double *d,
                    const double *x, const double *y);
const struct knots *surface_knots(const struct surface *s, int axis);
/* May that derivative jump? */
bool surface_jumps(const struct surface *s, const int order[2]);
