/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Displacement by noise, for a block of walkers:
 *     n = s B z,   B B^T = S,   z unit normals.
 * In 2-D B is either
 *   Cholesky   B = [[l11, 0], [l21, l22]],   l11 = sqrt(S11),   l22 = sqrt(S22 - l21^2),
 *              l21 = S12 / l11 (0 where S11 = 0)
 *   symmetric  B = (S + delta I) / tau,   delta = sqrt(det S),   tau = sqrt(tr S + 2
 *              delta).
 * The laws of Ito and Klimontovich do not depend on the choice. Stratonovich's does, and
 * takes the symmetric root, as the finite volumes do. Small negative pivots are rounding:
 * 0. */
#pragma once

#include <stdbool.h>

enum spread_root { SPREAD_CHOLESKY, SPREAD_SYMMETRIC, SPREAD_GIVEN };

/* entry: entries of S (xx, xy, yy; 1-D one), or of B itself with SPREAD_GIVEN; z[d],
 * out[d]: blocks. */
void spread_apply(int dims, enum spread_root root, double s, const double *const *entry,
                  const double *const *z, double *const *out);

/* out[i] = s^2 (B B^T)_dd: the variance of out[d] above for unit normals. */
void spread_variance(int dims, enum spread_root root, double s, const double *const *entry,
                     int d, double *out);
