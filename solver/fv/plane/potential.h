/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detailed balance in two dimensions: whether g = D^-1 c (solver/fv/plane/canonical.h) is a
 * gradient on a grid, g = -grad phi, and its potential phi. */
#pragma once

#include "grids/grid.h"
#include "solver/model/coefficients.h"

/* Integrates g . dx between neighbouring centres (Gauss, sixth order on each half cell, so
 * that jumps on faces do no harm). *found: the sum around every square of four centres, and
 * around a periodic axis, is 0 to 1e-9 of its sides. Then phi[cells] = -Integral g . dx at
 * the centres. Fails as plane_canonical_evaluate, or without memory. */
MUST_CHECK bool plane_potential_find(const struct grid *, const struct coefficients *,
                                     double *phi, bool *found, struct error *err);
