/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * (z - A) x = b and its transpose, z >= 0, for a sparse chain of rates A, without a single
 * subtraction: what tridiagonal.h does for neighbours. State k is taken out of the chain by
 *     s_k = Sum_j R(k, j) + loss_k + z,       R(i, j) += R(i, k) R(k, j) / s_k,
 * where what leaves i for k goes on to wherever k is left for, nowhere included (Grassmann,
 * Taksar & Heyman, Oper. Res. 33, 1985). All numbers are positive and only added,
 * multiplied and divided: for b >= 0 every entry of x has a relative error of some n eps at
 * worst, and far less in practice, however nearly singular z - A is (Alfa, Xue & Ye, Math.
 * Comp. 71, 2002): mean times of e^600 keep their digits, for which LU has 1e-16 |A| e^600.
 * By fronts (ordering.h) with BLAS, the factors laid out as the solves read them. */
#pragma once

#include "solver/linalg/sparse.h"

struct elimination;

/* The chain on the states with inside[n] (NULL: all). A_ij, i != j, is the rate from j to
 * i; the diagonal is not read. Rates out of the inside lead nowhere, as does loss[n] (NULL:
 * 0). Orders, but does not eliminate yet. A is borrowed until the last elimination_factor.
 */
MUST_CHECK struct elimination *elimination_create(const struct sparse *A,
                                                  const bool *inside, const double *loss,
                                                  struct error *err);
void elimination_destroy(struct elimination *elimination);

/* For the shift z. Fails (ERROR_RUN) when a state cannot be left, elimination_stuck: a part
 * of the chain has no way out, or only one of rate e^-650 (doubles end there). */
MUST_CHECK bool elimination_factor(struct elimination *, double z, struct error *err);
/* The state, of all n, for which elimination_factor has failed in this way. */
size_t elimination_stuck(const struct elimination *);

/* x = (z - A)^-1 b (masses: occupation times of what starts as b) and x = (z - A)^-T b
 * (functions of the start). b[n], x[n] of all states, 0 outside; x may be b. */
void elimination_solve(const struct elimination *, const double *b, double *x);
void elimination_solve_transposed(const struct elimination *, const double *b, double *x);

/* Numbers kept: of the factors. */
double elimination_entries(const struct elimination *);
