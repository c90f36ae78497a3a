/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums of positive numbers kept as logarithms (-inf stands for 0), and the rates through a
 * face as logarithms. The smaller of the two rates may have underflowed; it follows from
 * the larger one by
 *     log_ratio[f] = ln left[f] - ln right[f]. */
#pragma once

#include "solver/fv/line/generator.h"
#include <math.h>

/* ln(e^a + e^b), without overflow. */
static inline double log_add(double a, double b) {
    const double most = fmax(a, b);
    if (isinf(most)) return most;
    return most + log1p(exp(fmin(a, b) - most));
}

/* ln(e^a e^b), where 0 times infinity is 0. */
static inline double log_times(double a, double b) {
    return a == -HUGE_VAL || b == -HUGE_VAL ? -HUGE_VAL : a + b;
}

/* ln Sum_k weight[k] e^y[k], k < n, n > 0; weight NULL: all 1. -inf where the sum is not
 * positive (weights of both signs). */
static inline double log_sum(size_t n, const double *weight, const double *y) {
    double most = y[0], sum = 0;
    for (size_t k = 1; k < n; k++)
        most = fmax(most, y[k]);
    for (size_t k = 0; k < n; k++)
        sum += (weight != NULL ? weight[k] : 1) * exp(y[k] - most);
    return sum > 0 ? most + log(sum) : -HUGE_VAL;
}

/* ln left[f] and ln right[f], face f = 0 .. cells. */
static inline double log_left(const struct line_generator *g, size_t f) {
    return g->log_ratio[f] < 0 && isfinite(g->log_ratio[f])
               ? log(g->right[f]) + g->log_ratio[f]
               : log(g->left[f]);
}
static inline double log_right(const struct line_generator *g, size_t f) {
    return g->log_ratio[f] > 0 && isfinite(g->log_ratio[f])
               ? log(g->left[f]) - g->log_ratio[f]
               : log(g->right[f]);
}
