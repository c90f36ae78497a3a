/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sparse LU factorisation, made once and used for many solves, by UMFPACK (Davis, ACM TOMS
 * 30, 2004) without pivoting, which M-matrices allow. For chains of rates, elimination.h is
 * more exact and faster; this is for M-matrices that are none. */
#pragma once

#include "solver/linalg/sparse.h"

struct factor;

/* Of any M-matrix (off-diagonals <= 0, nonsingular). */
MUST_CHECK struct factor *factor_create(const struct sparse *M, struct error *err);
void factor_destroy(struct factor *factor);

/* x = M^-1 b and x = M^-T b. x and b do not overlap. No check of the result is made: a
 * caller who knows a bound of M^-1 takes the residual. */
MUST_CHECK bool factor_solve(struct factor *, const double *b, double *x,
                             struct error *err);
MUST_CHECK bool factor_solve_transposed(struct factor *, const double *b, double *x,
                                        struct error *err);
