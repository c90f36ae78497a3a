/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Zeros of D inside the domain. Where the noise vanishes at a point z (D ~ (x-z)^2, or
 * |x-z|) and the drift b(z) does not, mass crosses only with the drift: a one-way gate
 * (theory.md 4.2). Quadrature between centres would see a finite Integral b/D there, which
 * depends on the grid; so the zeros are looked for. */
#pragma once

#include "solver/model/coefficients.h"

/* Is there a zero of D between x[0] and x[1], where dD[0] < 0 < dD[1]? Bisects dD/dx to
 * rounding; D counts as 0 when it is no larger than rounding of the position can make it.
 * On *found: *z is where, *drift the drift there (0 when it too vanishes at z to rounding;
 * b: drift at x[0], x[1]). Failures: those of the coefficients. */
MUST_CHECK bool gate_find(const struct coefficients *coefficients, const double x[2],
                          const double dD[2], const double b[2], bool *found, double *z,
                          double *drift, struct error *err);
