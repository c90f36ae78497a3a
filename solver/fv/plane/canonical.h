/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The canonical form of a 2-D model: every interpretation of the noise as one current
 *     J = c p - D grad p,
 *   Ito              c_i = b_i - d_j D_ij
 *   Klimontovich     c_i = b_i
 *   Stratonovich     c_i = b_i - s_ik d_j s_jk / 2,  D = s s / 2, s the symmetric root
 *   any alpha        c_i = b_i - (1 - alpha) d_i D_ii,  for diagonal D
 * (docs/theory.md 1.3). */
#pragma once

#include "solver/model/coefficients.h"

/* At n points x[2][n]: c[2 n] (x block, y block) and D[3 n] (xx, xy, yy); scratch[6 n].
 * Fails (ERROR_SETTINGS, with the point and the eigenvalues) where D is indefinite, and
 * where an alpha other than 0, 1/2, 1 meets a state-dependent D that is not diagonal. */
MUST_CHECK bool plane_canonical_evaluate(const struct coefficients *, size_t n,
                                         const double *const x[2], double *c, double *D,
                                         double *scratch, struct error *err);
