/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Solves (1 - P) x = b, or its transpose, for more states than a full matrix has room for:
 * GMRES (Saad & Schultz, SIAM J. Sci. Stat. Comput. 7, 856, 1986) with a preconditioner of
 * two levels. Cells are joined in blocks; the chain between blocks,
 *     Pc(I, J) = Sum_{j in J} share_j Sum_{i in I} P_ij,
 * with the shares of each cell in its block's mass, knows what is slow, and is solved by
 * elimination (chain.h); steps of the process itself do the rest
 * (docs/numerics.md 10.4). */
#pragma once

#include "solver/transfer/chain.h"
#include "solver/transfer/transfer.h"

struct two_level;

/* inside[cells], pinned: as chain_create. op: borrowed; inside: used here only. Fails as
 * chain_create does. */
MUST_CHECK struct two_level *two_level_create(const struct transfer *op, const bool *inside,
                                              bool pinned, const struct monitor *monitor,
                                              struct error *err);
void two_level_destroy(struct two_level *solver);
/* The chain between blocks. */
const struct chain *two_level_chain(const struct two_level *solver);
/* |masses|[cells] after some steps, as chain_warm_up; sum 1. */
const double *two_level_masses(const struct two_level *solver);

/* x[cells] holds a first guess; 0 outside on return. Goes on until Sum |b - (1 - P) x| is
 * below tolerance Sum |b| (b = 0: Sum |x|), or as small as rounding of x allows; *residual
 * is that sum for masses, and the largest |b - (1 - P^T) x| for functions.
 *   masses       (1 - P) x = b. Pinned: Sum b = 0, and x is one of the solutions
 *   functions    (1 - P^T) x = b
 * Fails (ERROR_RUN) when that is not reached within 40 rounds of 50 vectors; when
 * interrupted; for want of memory. */
MUST_CHECK bool two_level_solve(struct two_level *solver, bool functions, const double *b,
                                double tolerance, double *x, double *residual,
                                const struct monitor *monitor, struct error *err);
