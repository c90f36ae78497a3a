/* SPDX-License-Identifier: GPL-3.0-or-later
 * Coefficients of a line that several suites take: f(x, a). */
#pragma once

static inline double constant(double x, const double *a) {
    return x * 0 + a[0];
}
static inline double second(double x, const double *a) {
    return x * 0 + a[1];
}
static inline double nothing(double x, const double *a) {
    return (x + a[0]) * 0;
}
/* b = -a0 x, C quadratic: D = a1 (1 + a2 x^2) (docs/theory.md 5.2) */
static inline double linear(double x, const double *a) {
    return -a[0] * x;
}
static inline double pearson_D(double x, const double *a) {
    return a[1] * (1 + a[2] * x * x);
}
static inline double pearson_dD(double x, const double *a) {
    return 2 * a[1] * a[2] * x;
}
