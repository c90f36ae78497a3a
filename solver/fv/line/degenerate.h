/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Degenerate noise: zeros z of D inside the domain. Where D ~ (x-z)^2 or |x-z| and b(z) is
 * not 0, mass crosses z only with the drift, one way (docs/theory.md 4.2).
 * Integral b/D diverges there; quadrature between centres would see a finite value, which
 * depends on the grid. So the zeros are looked for. */
#pragma once

#include "solver/model/coefficients.h"

/* Is there a zero z of D between x[0] and x[1], where dD/dx is dD[0] < 0 < dD[1] and the
 * drift is b[0], b[1]? Bisects dD/dx to rounding. D(z) counts as 0 when it is no larger
 * than the rounding of z can make it. If *found, *z is the zero and *drift = b(z), 0 when
 * it vanishes to rounding. Fails as the coefficients do. */
MUST_CHECK bool degenerate_find(const struct coefficients *coefficients, const double x[2],
                                const double dD[2], const double b[2], bool *found,
                                double *z, double *drift, struct error *err);
