/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metastable basins from the slow left eigenfunctions l_1 .. l_k of a reversible chain, in
 * any dimension. These are almost constant on each basin, so that the points
 * (l_1(i) .. l_k(i)) of all cells i almost lie in a simplex with k + 1 corners, one a
 * basin. The corners are found one after the other, each the point farthest from the space
 * that those before span (inner simplex algorithm; Weber & Galliat, ZIB-Report 02-12,
 * 2002). A cell belongs to the corner with its largest barycentric coordinate. In 1-D these
 * are the k + 1 nodal domains of l_k, which has k zeros (Sturm), cut where slow exchange happens. */
#pragma once

#include "io/status.h"

enum { BASINS_MOST = 16 };

/* left[k][cells], k < BASINS_MOST; basin[cells] = 0 .. k, numbered as the cells meet them.
 * Fails without memory, or (ERROR_RUN) when the eigenfunctions are linearly dependent. */
MUST_CHECK bool basins_find(size_t k, double *const *left, size_t cells, int *basin,
                            struct error *err);
