/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mean number of steps until a discrete process is first in a target, a set of cells,
 *     tau = 1 + P^T tau outside the target,   tau = 0 on it.
 * What the deposit of a landing point puts on cells of the target, or beyond an absorbing
 * end, has arrived: the deposit is cut off at the target's edge, which should be a face. tau
 * jumps where a landing point meets the edge, and at the preimages of that: it converges,
 * but not at a high order (docs/numerics.md 10.5). */
#pragma once

#include "solver/transfer/transfer.h"

struct mean_steps {
    const struct transfer *op; /* borrowed */
    double *steps; /* [cells] 0 on the target; inf where it may never be reached */
    /* Relative error of tau by rounding. By elimination: by how much the chances of the
     * heaviest state to arrive fail to sum to 1. By iteration (many cells in the plane):
     * the largest residual, which rounding of tau keeps above some 1e-16 tau. */
    double defect;
};

/* target[cells]; NULL: only absorbing ends. Fails (ERROR_SETTINGS) when there is no target;
 * (ERROR_RUN) where rates are lost in rounding (chain.h); when interrupted; for want of
 * memory. */
MUST_CHECK bool mean_steps_find(const struct transfer *op, const bool *target,
                                const struct monitor *monitor, struct mean_steps *out,
                                struct error *err);
void mean_steps_finish(struct mean_steps *steps);
/* From the point w[dims]: by the weights of the operator's deposits. */
double mean_steps_at(const struct mean_steps *steps, const double *w);
/* From mass[cells], normalised by its sum. */
double mean_steps_from(const struct mean_steps *steps, const double *mass);
