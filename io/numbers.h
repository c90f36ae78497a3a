/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arrays of numbers x[n], taken in their order: the same bits everywhere. (Sums of long
 * arrays that are wanted to the last digit: grids/sum.h; fast ones: solver/linalg/dot.h.) */
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* Sum_i x_i */
static inline double numbers_sum(size_t n, const double *x) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

/* x . y = Sum_i x_i y_i */
static inline double numbers_dot(size_t n, const double *x, const double *y) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

/* The largest of x_i, and of 0. */
static inline double numbers_largest(size_t n, const double *x) {
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, x[i]);
    return most;
}

/* In increasing order; no x_i is nan. */
void numbers_sort(size_t n, double *x);
