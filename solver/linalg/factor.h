/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sparse direct factorisations, made once and used for many solves: LU by UMFPACK (Davis,
 * ACM TOMS 30, 2004) without pivoting, which M-matrices allow, or Cholesky by CHOLMOD (Chen
 * et al., ACM TOMS 35, 2008) of a matrix that a positive diagonal makes symmetric,
 * M = Q^1/2 S Q^-1/2, about half the time and memory. */
#pragma once

#include "solver/linalg/sparse.h"

struct factor;

/* LU of any M-matrix (off-diagonals <= 0, nonsingular). */
MUST_CHECK struct factor *factor_create(const struct sparse *M, struct error *err);
/* Cholesky. half_log[n]: ln q_i / 2, up to a common constant; borrowed only here. Fails
 * (ERROR_RUN) when S is not positive definite or exp(half_log) leaves the range of a
 * double. */
MUST_CHECK struct factor *
factor_create_symmetric(const struct sparse *M, const double *half_log, struct error *err);
void factor_destroy(struct factor *factor);

/* x = M^-1 b and x = M^-T b. x and b do not overlap. No check of the result is made: a
 * caller who knows a bound of M^-1 takes the residual. */
MUST_CHECK bool factor_solve(struct factor *, const double *b, double *x,
                             struct error *err);
MUST_CHECK bool factor_solve_transposed(struct factor *, const double *b, double *x,
                                        struct error *err);

/* "UMFPACK" or "CHOLMOD", and the entries in the factors. */
const char *factor_name(const struct factor *);
double factor_entries(const struct factor *);
