/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walkers that are killed at the rate k(x) or reset at the rate r(x), by Strang's splitting: a
 * step of length h is
 *     killed, reset, the step itself, reset, killed,
 * each of the four with the probability 1 - exp(-k h / 2) or 1 - exp(-r h / 2) of the place
 * where the walker is by then. What is reset is put to a place drawn anew, at rest. Each part is
 * exact by itself and their order is symmetric: weak order 2 in h (Euler's steps are of order 1).
 */
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

/* Half of step `half` / 2: before it (even) or after it (odd). Who is killed is so at `time`. A
 * walker where a rate is negative goes to NaN, which stops the walkers. */
void sinks_half(struct mover *mover, struct block *block, uint64_t half, double time);
