/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Slopes d_i of the C2 cubic spline through (x_i, y_i), i < n, h_i = x_{i+1} - x_i,
 * delta_i = (y_{i+1} - y_i)/h_i:
 *     h_i d_{i-1} + 2 (h_{i-1} + h_i) d_i + h_{i-1} d_{i+1}
 *         = 3 (h_i delta_{i-1} + h_{i-1} delta_i)
 * with not-a-knot ends (C. de Boor, A Practical Guide to Splines, chapter IV) or, of values
 * with y_{n-1} = y_0, periodic. */
#pragma once

#include "io/status.h"

struct slopes {
    size_t n;
    bool periodic;
    double *h, *delta;                     /* [n - 1] */
    double *left, *middle, *right, *d, *z; /* [n]; d: the slopes */
};

/* n >= 4 increasing places x. *s is fit for slopes_finish also on failure (no memory). */
MUST_CHECK bool slopes_start(struct slopes *s, size_t n, const double *x, bool periodic,
                             struct error *err);
/* s->d and s->delta of the values y[i stride]. */
void slopes_solve(struct slopes *s, const double *y, size_t stride);
void slopes_finish(struct slopes *s);
