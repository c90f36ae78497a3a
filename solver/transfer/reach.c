/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/reach.h"
#include "io/clones.h"
#include "solver/expr/vecmath.h"
#include <math.h>

enum { LANES = 16 };
static const double tail = 42;

/* Sums in lanes: largest |s|, of s^2. */
BLOCK_LOOP
static void reach_moments(size_t n, const double *restrict s, double *restrict most,
                          double *restrict square) {
    for (size_t j = 0; j + LANES <= n; j += LANES)
        for (size_t i = 0; i < LANES; i++) {
            const double size = fabs(s[j + i]);
            most[i] = size > most[i] ? size : most[i];
            square[i] += size * size;
        }
}

/* Of e^(lambda s) and e^(-lambda s). */
BLOCK_LOOP
static void reach_exponentials(size_t n, const double *restrict s, double lambda,
                               double *restrict up, double *restrict down) {
    for (size_t j = 0; j + LANES <= n; j += LANES)
        for (size_t i = 0; i < LANES; i++) {
            const double e = vm_exp(lambda * s[j + i]);
            up[i] += e;
            down[i] += 1 / e;
        }
}

static double bernstein(double Bv, double M) {
    const double a = tail * M / 3;
    return a + sqrt(a * a + 2 * tail * Bv);
}

static double chernoff(size_t n, const double *s, double B, double Bv) {
    const double lambda = sqrt(2 * tail / Bv);
    double up[LANES] = {0}, down[LANES] = {0}, larger = 0;
    reach_exponentials(n, s, lambda, up, down);
    double rest[2] = {0};
    for (size_t j = n - n % LANES; j < n; j++) {
        rest[0] += exp(lambda * s[j]);
        rest[1] += exp(-lambda * s[j]);
    }
    for (size_t i = 0; i < LANES; i++)
        rest[0] += up[i], rest[1] += down[i];
    larger = fmax(rest[0], rest[1]);
    return (tail + B * log(larger / (double)n)) / lambda;
}

double reach_of_sum(size_t n, const double *s, size_t draws) {
    const double B = (double)draws;
    double most[LANES] = {0}, square[LANES] = {0}, M = 0, v = 0;
    reach_moments(n, s, most, square);
    for (size_t j = n - n % LANES; j < n; j++) {
        M = fmax(M, fabs(s[j]));
        v += s[j] * s[j];
    }
    for (size_t i = 0; i < LANES; i++) {
        M = fmax(M, most[i]);
        v += square[i];
    }
    v *= B / (double)n;
    if (!(v > 0) || !isfinite(v)) return B * M;
    /* exponentials that overflow leave it to the other two */
    return fmin(B * M, fmin(bernstein(v, M), chernoff(n, s, B, v)));
}
