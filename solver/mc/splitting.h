/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rare absorptions by splitting at fixed levels (Kahn and Harris, Nat. Bur. Stand. Appl.
 * Math. Ser. 12 (1951) 27; fixed effort: Garvels, The splitting method in rare event
 * simulation, Twente 2000): the probability that a walker on a line meets an absorbing wall
 * within K steps.
 *
 * The levels are nested open intervals ]lo_l, hi_l[ around the start, the last one between
 * the model's own walls. Stage l: N walkers set out from the places and times at which
 * those of stage l - 1 first left their interval (stage 0: from the start);
 *     p_l  the part of them that leaves ]lo_l, hi_l[ before its steps are used up,
 *     P = p_0 p_1 ... p_(L-1)   unbiased, whatever the levels.
 * Levels are looked at after whole steps, the walls as the walkers meet them (Brownian
 * bridge, walls.h); each survivor has N/survivors copies on average. Cheapest where every
 * p_l is 0.1 to 0.5. The copies are correlated, so the error comes from repeated,
 * independent estimates. */
#pragma once

#include "grids/grid.h"
#include "solver/mc/walkers.h"

struct splitting_question {
    const struct walkers_model *model; /* one variable, normal noise, no momentum */
    uint64_t steps;                    /* K */
    size_t levels;                     /* L */
    const double *lo, *hi; /* [levels] falling and rising; +-INFINITY: open on that side */
    const double *point;   /* where all walkers start; NULL: from ... */
    const struct grid *grid; /* ... a density on this grid: */
    const double *density;   /* [cells] (start.h) */
};

struct splitting;

/* Everything in the question but the levels is borrowed. walkers: N of them, with exit
 * times; they are worked on. Fails (ERROR_SETTINGS) on a process that cannot be split. */
MUST_CHECK struct splitting *splitting_create(const struct splitting_question *question,
                                              struct walkers *walkers, struct error *err);
void splitting_destroy(struct splitting *splitting); /* NULL is fine */

/* One estimate: fraction[levels] = p_l; 0 at the level that no walker passed, NAN behind
 * it. Estimates of different `repeat` are independent. The same bits for any number of
 * threads. Fails when a walker becomes nan (ERROR_RUN) and on ERROR_INTERRUPTED. */
MUST_CHECK bool splitting_run(struct splitting *splitting, uint64_t repeat,
                              const struct monitor *monitor, double *fraction,
                              struct error *err);

/* What R >= 2 estimates say. */
struct splitting_answer {
    double value, error; /* mean of the products; its standard error from their spread */
    double bound;        /* 95 %: P is below it, where value is 0; else NAN */
    size_t lost;         /* repeats that ended before the last level, ... */
    size_t lost_at;      /* ... the first of them at this level */
    size_t rarest;       /* the level with the smallest fraction */
};
struct splitting_level {
    /* Mean of p_l over the repeats that came to level l, and its error; NAN where none did
     * (the error: where only one did). */
    double fraction, error;
    double reached; /* mean of p_0 .. p_l: the probability to pass level l */
};
/* fraction[repeats][levels]; output: level[levels]. Fails for want of memory only. */
MUST_CHECK bool splitting_conclude(size_t repeats, size_t levels, const double *fraction,
                                   uint64_t walkers, struct splitting_level *level,
                                   struct splitting_answer *out, struct error *err);
