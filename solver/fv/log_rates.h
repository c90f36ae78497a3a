/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums of positive numbers kept as logarithms, -inf being 0, and the rates through a face
 * as logarithms: of the two rates the smaller one may have underflowed, but log_ratio still
 * knows it. */
#pragma once

#include "solver/fv/generator1.h"
#include <math.h>

/* ln(e^a + e^b). */
static inline double log_add(double a, double b) {
    const double most = fmax(a, b);
    if (isinf(most)) return most;
    return most + log1p(exp(fmin(a, b) - most));
}

/* ln(e^a e^b), where 0 times infinity is 0. */
static inline double log_times(double a, double b) {
    return a == -HUGE_VAL || b == -HUGE_VAL ? -HUGE_VAL : a + b;
}

/* ln left[f] and ln right[f]. */
static inline double log_left(const struct generator1 *g, size_t f) {
    return g->log_ratio[f] < 0 && isfinite(g->log_ratio[f])
               ? log(g->right[f]) + g->log_ratio[f]
               : log(g->left[f]);
}
static inline double log_right(const struct generator1 *g, size_t f) {
    return g->log_ratio[f] > 0 && isfinite(g->log_ratio[f])
               ? log(g->left[f]) - g->log_ratio[f]
               : log(g->right[f]);
}
