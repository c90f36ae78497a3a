/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Solves (z - A) x = b and its transpose, z >= 0, for a sparse chain of rates A, by
 * Gaussian elimination without a single subtraction (tridiagonal.h does it for neighbours).
 * With R(i, j) the rate from i to j, the elimination of state k is
 *     s_k = Sum_j R(k, j) + loss_k + z,      R(i, j) <- R(i, j) + R(i, k) R(k, j) / s_k:
 * a jump from i to k goes on to j with the probability R(k, j) / s_k. The killing rates
 * loss_i grow in the same way, by R(i, k) (loss_k + z) / s_k (Grassmann, Taksar & Heyman,
 * Oper. Res. 33, 1985; docs/numerics.md 6.1).
 *
 * All numbers are positive and are only added, multiplied and divided. For b >= 0 every
 * entry of x has a relative error of n eps at worst, and far less in practice, however
 * nearly singular z - A is (Alfa, Xue & Ye, Math. Comp. 71, 2002). So mean times of e^600
 * are right to their last digits, where LU would have an error of 1e-16 |A| e^600. The work
 * is done by fronts (ordering.h); the factors are stored in the order the solves
 * read them. */
#pragma once

#include "solver/linalg/sparse.h"

struct elimination;

/* The chain on the states with inside[n] (NULL: all). A_ij, i != j, is the rate from j to
 * i; the diagonal is not read. Rates to states that are not inside kill, as does loss[n] >=
 * 0 (NULL: 0). Finds the order of elimination; elimination_factor does the rest. A is
 * borrowed until the last elimination_factor. Fails for want of memory only. */
MUST_CHECK struct elimination *elimination_create(const struct sparse *A,
                                                  const bool *inside, const double *loss,
                                                  struct error *err);
void elimination_destroy(struct elimination *elimination);
/* Takes over what the entries of A, which is still as sparse as it was, and loss[n] (NULL: 0)
 * have become, for the next elimination_factor. Only where all states are inside. */
void elimination_update(struct elimination *, const double *loss);

/* Factors z - A. monitor (NULL is fine) is told the part of the arithmetic that is done.
 * Fails (ERROR_RUN) when an s_k is below 1e-290, near the end of the doubles: a part of the
 * chain has no way out, or only ways of rates below e^-650. */
MUST_CHECK bool elimination_factor(struct elimination *, double z,
                                   const struct monitor *monitor, struct error *err);
/* The state k, counted among all n, at which elimination_factor failed in this way. */
size_t elimination_stuck(const struct elimination *);

/* Numbers of the factors: each solve reads them once. */
size_t elimination_numbers(const struct elimination *);

/* b[n] >= 0, x[n] of all states, 0 outside; x may be b.
 *   solve             x = (z - A)^-1 b    from masses b: the mean time spent in each state
 *   solve_transposed  x = (z - A)^-T b    functions of the starting state: b = 1 gives the
 *                                         mean time until the chain is left (z = 0)
 * work[2 n] is overwritten; with work spaces of their own, solves may go on at once. */
void elimination_solve(const struct elimination *, const double *b, double *x,
                       double *work);
void elimination_solve_transposed(const struct elimination *, const double *b, double *x,
                                  double *work);
