/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The places x_0 < x_1 < .. < x_{n-1} of a table along one variable, and which interval
 * [x_i, x_{i+1}] a point lies in: by n - 1 equal buckets, at once where the places are even,
 * or else by halving between the starts of two buckets. */
#pragma once

#include "io/status.h"

enum knots_outside {
    OUTSIDE_NONE,  /* no value: NaN */
    OUTSIDE_HOLD,  /* the value at the end of the range */
    OUTSIDE_LINEAR /* the tangent there */
};

struct knots {
    size_t n;
    bool periodic; /* of period x_{n-1} - x_0 */
    enum knots_outside outside;
    double *x;      /* [n] */
    size_t *start;  /* [n]: the interval where bucket b of n - 1 equal ones begins */
    double buckets; /* (n - 1)/(x_{n-1} - x_0) */
};

enum { KNOTS_LEAST = 4 }; /* least n */

/* x: [n], copied. Fails (ERROR_SETTINGS, rows counted from 1) on fewer than 4 places and on
 * places that do not increase. *k is fit for knots_finish also then. */
MUST_CHECK bool knots_init(struct knots *k, size_t n, const double *x, bool periodic,
                           enum knots_outside outside, struct error *err);
void knots_finish(struct knots *k);

/* A point: x = x_i + t h = x_{i+1} - u h in interval i of width h; or beyond an end, `beyond`
 * from it (< 0 below, > 0 above, t = 0 or 1). beyond = NaN: there is no value. */
struct place {
    size_t i;
    double h, t, u, beyond;
};
/* Outside, rounding is forgiven: 1e-12 of the range. */
struct place knots_place(const struct knots *k, double x);
/* Is a point beyond the range without a value? */
bool knots_end(const struct knots *k);
/* Is the last of n values, `step` apart, the first, which closes a period? Rounding is
 * forgiven: 1e-12 of the largest. */
bool knots_closed(size_t n, size_t step, const double *value);
/* The highest derivative that is continuous of what is twice so (`smooth`), or once, within. */
int knots_smoothness(const struct knots *k, bool smooth);
