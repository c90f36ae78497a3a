/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Lagrange's weights[n] at x of the polynomial p through values at the n distinct points
 * at[]:
 *     p(x) = Sum_j weight[j] value[j],
 *     weight[j] = Prod_{k != j} (x - at[k]) / (at[j] - at[k]). */
static inline void lagrange_weights(int n, const double *at, double x, double *weight) {
    for (int j = 0; j < n; j++) {
        weight[j] = 1;
        for (int k = 0; k < n; k++)
            if (k != j) weight[j] *= (x - at[k]) / (at[j] - at[k]);
    }
}
