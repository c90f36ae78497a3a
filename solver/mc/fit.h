/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Maximum likelihood fit of a power law to counts,
 *     p(x) = (1 + c (x - centre)^2)^(-s) / Z      on the grid's axis (Z: over the axis),
 * the stationary law of dynamics whose noise grows with the distance from the minimum:
 * s = kappa + 1 - alpha for interpretation alpha (so s = kappa + 1 for plain SGD). Fisher
 * scoring on (s, ln c); cell integrals by three-point Gauss quadrature, so that truncation
 * by the axis and the width of the cells bias nothing (cells should resolve 1/sqrt(c)). */
#pragma once

#include "grids/axis.h"
#include "solver/mc/moments.h"
#include <stdint.h>

struct power_law {
    struct estimate s, c;  /* with standard errors from the Fisher information */
    double correlation;    /* of the two errors */
    double log_likelihood; /* sum n_i ln P_i */
    int iterations;
};

/* Fits s and c to counts[axis->cells]; walkers outside are left out (the law is that on the
 * axis). start: NULL, or {s, c} to start from. Fails (ERROR_RUN) with fewer than 100
 * walkers, or without a maximum: tails as light as a normal law's (s grows beyond 10^4). */
MUST_CHECK bool fit_power_law(const struct axis *axis, const int64_t *counts, double centre,
                              const double *start, struct power_law *out,
                              struct error *err);
