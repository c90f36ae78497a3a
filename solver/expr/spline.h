/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A function of one variable through the points (x_i, y_i), i < n, by a cubic on each
 * interval [x_i, x_{i+1}], with its exact derivatives.
 *
 *   not positive  the C2 cubic spline with not-a-knot ends (slopes.h): cubics are
 *                 reproduced, errors fall as h^4, those of derivative k as h^(4-k).
 *   periodic      the C2 cubic spline of period x_{n-1} - x_0; y_{n-1} = y_0.
 *   positive      the same, whose slopes d_i are drawn into
 *                     -3 y_i / h_i <= d_i <= 3 y_i / h_{i-1},     h_i = x_{i+1} - x_i,
 *                 so that all four Bernstein coefficients of every interval are >= 0, and
 *                 with them the value, rounding included (J. W. Schmidt and W. Hess, BIT 28,
 *                 340, 1988). It is C2 but for the points whose slope was changed, C1 there.
 *
 * On an interval, with t = (x - x_i)/h_i, derivative k is kept by its 4 - k Bernstein
 * coefficients, so that neighbours meet in x_i to the last bit. */
#pragma once

#include "solver/expr/knots.h"

struct spline_options {
    bool positive, periodic;
    enum knots_outside outside; /* not used when periodic */
};

enum { SPLINE_ORDERS = 4 }; /* derivatives 0 .. 3 */

struct spline; /* immutable */

/* x, y: [n], copied. Failures (ERROR_SETTINGS), with points counted from 1: fewer than 4
 * points; x not increasing; positive and a y < 0; periodic and y_{n-1} != y_0; slopes that
 * overflow. */
MUST_CHECK struct spline *spline_create(size_t n, const double *x, const double *y,
                                        struct spline_options options, struct error *err);
void spline_destroy(struct spline *s);

/* d[i] = derivative `order` (0 .. 3) at x[i], i < n; d may be x. */
void spline_values(const struct spline *s, int order, size_t n, double *d, const double *x);
const struct knots *spline_knots(const struct spline *s);
/* May derivative `order` jump? */
bool spline_jumps(const struct spline *s, int order);
