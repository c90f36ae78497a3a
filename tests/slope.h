/* SPDX-License-Identifier: GPL-3.0-or-later
 * Order of convergence: least-squares slope of ln(error) against ln(h). */
#pragma once
#include <math.h>
#include <stddef.h>

static inline double slope(size_t n, const double *h, const double *error) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < n; i++) {
        double x = log(h[i]), y = log(error[i]);
        sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    return ((double)n * sxy - sx * sy) / ((double)n * sxx - sx * sx);
}
