/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/* x . y = Sum_i x[i] y[i], in eight partial sums that vector instructions add side by side:
 * the same order, and so the same bits, everywhere. */
static inline double dot(size_t n, const double *x, const double *y) {
    double part[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t q = 0; q < 8; q++)
            part[q] += x[i + q] * y[i + q];
    for (; i < n; i++)
        part[0] += x[i] * y[i];
    return ((part[0] + part[4]) + (part[1] + part[5])) +
           ((part[2] + part[6]) + (part[3] + part[7]));
}
