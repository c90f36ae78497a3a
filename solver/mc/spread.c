/* SPDX-License-Identifier: GPL-3.0-or-later
 * n = s B z with B B^T = S. */
#include "solver/mc/spread.h"
#include "io/clones.h"
#include "solver/mc/random.h"
#include <math.h>
#include <stddef.h>

enum { LANES = RANDOM_BLOCK };

static inline double positive_root(double x) {
    return sqrt(x > 0 ? x : 0);
}

BLOCK_LOOP
static void spread_1d(double s, const double *restrict S, const double *restrict z,
                      double *restrict out) {
    for (size_t i = 0; i < LANES; i++)
        out[i] = s * positive_root(S[i]) * z[i];
}

BLOCK_LOOP
static void spread_given_1d(double s, const double *restrict b, const double *restrict z,
                            double *restrict out) {
    for (size_t i = 0; i < LANES; i++)
        out[i] = s * b[i] * z[i];
}

BLOCK_LOOP
static void spread_cholesky(double s, const double *restrict xx, const double *restrict xy,
                            const double *restrict yy, const double *restrict zx,
                            const double *restrict zy, double *restrict nx,
                            double *restrict ny) {
    for (size_t i = 0; i < LANES; i++) {
        const double l11 = positive_root(xx[i]);
        const double l21 = xx[i] > 0 ? xy[i] / l11 : 0;
        const double l22 = positive_root(yy[i] - l21 * l21);
        nx[i] = s * (l11 * zx[i]);
        ny[i] = s * (l21 * zx[i] + l22 * zy[i]);
    }
}

BLOCK_LOOP
static void spread_symmetric(double s, const double *restrict xx, const double *restrict xy,
                             const double *restrict yy, const double *restrict zx,
                             const double *restrict zy, double *restrict nx,
                             double *restrict ny) {
    for (size_t i = 0; i < LANES; i++) {
        const double delta = positive_root(xx[i] * yy[i] - xy[i] * xy[i]);
        const double tau = positive_root(xx[i] + yy[i] + 2 * delta);
        const double scale = tau > 0 ? s / tau : 0;
        nx[i] = scale * ((xx[i] + delta) * zx[i] + xy[i] * zy[i]);
        ny[i] = scale * (xy[i] * zx[i] + (yy[i] + delta) * zy[i]);
    }
}

BLOCK_LOOP
static void spread_given(double s, const double *restrict xx, const double *restrict xy,
                         const double *restrict yy, const double *restrict zx,
                         const double *restrict zy, double *restrict nx,
                         double *restrict ny) {
    for (size_t i = 0; i < LANES; i++) {
        nx[i] = s * (xx[i] * zx[i] + xy[i] * zy[i]);
        ny[i] = s * (xy[i] * zx[i] + yy[i] * zy[i]);
    }
}

void spread_apply(int dims, enum spread_root root, double s, const double *const *entry,
                  const double *const *z, double *const *out) {
    if (dims == 1) {
        (root == SPREAD_GIVEN ? spread_given_1d : spread_1d)(s, entry[0], z[0], out[0]);
        return;
    }
    void (*const apply[])(double, const double *, const double *, const double *,
                          const double *, const double *, double *, double *) = {
        [SPREAD_CHOLESKY] = spread_cholesky,
        [SPREAD_SYMMETRIC] = spread_symmetric,
        [SPREAD_GIVEN] = spread_given,
    };
    apply[root](s, entry[0], entry[1], entry[2], z[0], z[1], out[0], out[1]);
}

void spread_variance(int dims, enum spread_root root, double s, const double *const *entry,
                     int d, double *out) {
    const double *diagonal = entry[dims == 1 || d == 0 ? 0 : 2];
    for (size_t i = 0; i < LANES; i++) {
        double variance = diagonal[i];
        if (root == SPREAD_GIVEN) {
            variance *= variance;
            if (dims == 2) variance += entry[1][i] * entry[1][i];
        }
        out[i] = s * s * variance;
    }
}
