/* SPDX-License-Identifier: GPL-3.0-or-later
 * The mean of T as Integral S dt: an independent check of the adjoint's answer, good to 1e-9. */
#pragma once

#include "solver/fv/gauss.h"
#include <math.h>

/* Two panels of 8 Gauss points an octave; S is flat below `end` 2^-40. */
enum { OCTAVES = 40, PANELS = 2, SURVIVAL_POINTS = OCTAVES * PANELS * GAUSS_POINTS };

/* Times and weights of Integral_0^end dt, end being 40 times the longest finite tau[cells]. */
static inline void survival_points(size_t cells, const double *tau, double *t,
                                   double *weight) {
    struct gauss gauss;
    double longest = 0;
    size_t k = 0;
    for (size_t i = 0; i < cells; i++)
        if (isfinite(tau[i])) longest = fmax(longest, tau[i]);
    gauss_init(&gauss);
    for (int octave = -OCTAVES; octave < 0; octave++)
        for (int panel = 0; panel < PANELS; panel++) {
            const double start = ldexp(40 * longest, octave);
            const double length = start / PANELS, lo = start + panel * length;
            for (int i = 0; i < GAUSS_POINTS; i++, k++) {
                t[k] = lo + length * gauss.x[i];
                weight[k] = length * gauss.w[i];
            }
        }
    weight[0] += ldexp(40 * longest, -OCTAVES);
}

static inline double survival_integral(const double *weight, const double *alive) {
    double sum = 0;
    for (size_t k = 0; k < SURVIVAL_POINTS; k++)
        sum += weight[k] * alive[k];
    return sum;
}
