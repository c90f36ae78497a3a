/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compensated sum (Neumaier, ZAMM 54, 39, 1974): s + c is the sum to about one rounding,
 * whatever the number of terms and their signs, unless they cancel to below eps^2. */
#pragma once

#include <math.h>

struct sum {
    double s, c; /* running sum and what its roundings lost; start with {0} */
};

/* Adds x. */
static inline void sum_add(struct sum *sum, double x) {
    const double t = sum->s + x;
    sum->c += fabs(sum->s) >= fabs(x) ? (sum->s - t) + x : (x - t) + sum->s;
    sum->s = t;
}

/* The sum of all that was added. */
static inline double sum_value(struct sum sum) {
    return sum.s + sum.c;
}
