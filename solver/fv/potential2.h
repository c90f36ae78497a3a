/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether g = D^-1 c (solver/fv/canonical2.h) is a gradient on a grid, and its potential.
 */
#pragma once

#include "grids/grid.h"
#include "solver/model/coefficients.h"

/* Integrates g . dx (Gauss, sixth order on each half cell, so that jumps on faces do no
 * harm) between neighbouring centres. *found when the sum around every square of four
 * centres, and around a periodic axis, is 0 to 1e-9 of its sides; then phi[cells] at the
 * centres is -Integral g. */
MUST_CHECK bool potential2_find(const struct grid *, const struct coefficients *,
                                double *phi, bool *found, struct error *err);
