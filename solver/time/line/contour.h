/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * exp(tA) p0 without time steps, by a sum over the poles z_k of a hyperbola (hyperbola.h;
 * docs/numerics.md 2.1),
 *     p(t) = Sum_k w_k(t) (z_k - A)^-1 p0.
 * The wanted times are cut into windows of a factor `ratio`, each from p0 directly: one set
 * of solves (resolvents.h) serves every snapshot of a window. A second rule with four more
 * poles gives the error of every snapshot. Where transport dominates, the resolvent is
 * large far from the spectrum and the sum misses the tolerance; then the time range is
 * split,
 *     p(t + dt) = exp(dt A) p(t),
 * and the errors add (exp(tA) is an L1 contraction). */
#pragma once

#include "solver/time/propagator.h"

/* Tolerances below CONTOUR_FLOOR (of the mass) are taken as it: rounding is in the way. */
#define CONTOUR_FLOOR 1e-12
/* The same for every cell: rounding of the solves grows with them (1.4e-11, 6e-11 seen on
 * 65536 and 262144). */
#define CONTOUR_ROUNDING 4e-16

extern const struct propagator_method contour_method;
