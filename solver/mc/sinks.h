/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walkers that are killed at the rate k(x) or reset at the rate r(x). In each half of a step of
 * length h a walker at x is ended or moved with the probability
 *     1 - exp(-(k(x) + r(x)) h / 2),
 * killed by k's part of it, else put to a place drawn anew, at rest: before the step where it
 * stands, after it where it came to (Strang's splitting, weak order 2 in h by itself; Euler's
 * steps are of order 1). */
#pragma once

#include "solver/mc/start.h"
#include "solver/model/model.h"

struct mover; /* solver/mc/mover.h */
struct block;

struct walkers_sinks {
    const struct program *rate[MODEL_SINKS]; /* borrowed; NULL: none */
    struct start_law to;                     /* with SINK_RESET ... */
    bool is_point;                           /* ... or all of it is at one point */
    double point[2];
    double *density; /* [cells] that `to` borrows; owned */
};

/* rate[MODEL_SINKS][512] where the block is, 0 for a sink that there is none of; NaN where a
 * rate is negative. */
void sinks_rates(const struct walkers_sinks *sinks, const struct block *block,
                 double *scratch, double *const *rate);
/* Half of step `half` / 2 at the rates that the block has where it is; who is killed is so at
 * `time`. True: a walker was put elsewhere. */
bool sinks_half(struct mover *mover, struct block *block, uint64_t half, double time,
                double *const *rate);
