/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metastable basins from the slow left functions of a reversible chain, in any dimension:
 * these are almost constant on each basin, so that the points (l_1(i) .. l_k(i)) of all
 * cells lie almost on a simplex with k + 1 corners, one a basin. The corners are found one
 * after the other, each the point farthest from the space of those before (inner simplex
 * algorithm; Weber & Galliat, ZIB-Report 02-12, 2002); a cell belongs to the corner that
 * has the largest share in it. In 1-D these are the intervals of spectrum1_basins. */
#pragma once

#include "io/status.h"

enum { BASINS_MOST = 16 };

/* left[k]: functions of cells; basin[cells] = 0 .. k, in the order in which basins are met.
 * k < BASINS_MOST. Fails without memory, or (ERROR_RUN) when the functions are dependent.
 */
MUST_CHECK bool basins_find(size_t k, double *const *left, size_t cells, int *basin,
                            struct error *err);
