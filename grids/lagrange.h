/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* weight[n]: those of the polynomial through values at the n points at[], at x:
 * p(x) = Sum_j weight[j] value[j] (Lagrange). */
static inline void lagrange_weights(int n, const double *at, double x, double *weight) {
    for (int j = 0; j < n; j++) {
        weight[j] = 1;
        for (int k = 0; k < n; k++)
            if (k != j) weight[j] *= (x - at[k]) / (at[j] - at[k]);
    }
}
