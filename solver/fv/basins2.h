/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metastable basins of a 2-D chain without exits, from its slow left functions: those are
 * nearly constant on each basin, so that the k slowest map the cells to k + 1 clusters, the
 * corners of a simplex. The corners are taken at the cells farthest from each other (inner
 * simplex algorithm: Weber & Galliat, ZIB report 02-12, 2002; Deuflhard & Weber, Linear
 * Algebra Appl. 398, 161, 2005), among those where the right functions are not negligible.
 * The barycentric coordinates of a cell are its memberships: they sum to 1 and span the
 * slow modes; a cell belongs to the basin of its largest one. */
#pragma once

#include "solver/fv/spectrum1.h"

/* basin[cells] = 0 .. k, counted in the order of their first cells; membership[k +
 * 1][cells], or NULL. 1 <= k <= modes, no pair cut. Fails (ERROR_RUN) when the functions do
 * not span a simplex. */
MUST_CHECK bool basins2_find(const struct spectrum1 *spectrum, size_t k, int *basin,
                             double *const *membership, struct error *err);
