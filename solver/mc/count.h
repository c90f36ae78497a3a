/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many walkers are in each cell: exact integers, the same for any number of threads. */
#pragma once

#include "grids/grid.h"
#include "solver/mc/walkers.h"

/* Where all walkers are: inside + outside + absorbed = count. */
struct tally {
    uint64_t inside;         /* in some cell */
    uint64_t outside;        /* alive, beyond the faces */
    uint64_t absorbed[2][2]; /* [d][0 lower, 1 upper] */
};
static inline uint64_t tally_absorbed(const struct tally *t) {
    return t->absorbed[0][0] + t->absorbed[0][1] + t->absorbed[1][0] + t->absorbed[1][1];
}

/* counts[cells], as the grid's density is laid out; cell i holds face[i] <= x < face[i+1],
 * the last one its upper face too. tally may be NULL. Fails for want of memory only. */
MUST_CHECK bool count_on_grid(const struct walkers *walkers, const struct grid *grid,
                              int64_t *counts, struct tally *tally, struct error *err);

/* The same on any faces: face[d][cells[d] + 1], increasing. */
MUST_CHECK bool count_on_faces(const struct walkers *walkers, const size_t *cells,
                               const double *const *face, int64_t *counts,
                               struct tally *tally, struct error *err);

/* With n_i = counts[i], N = count and the cells' volumes V_i,
 *     density[i] = n_i / (N V_i),   error[i] = sqrt( n (1 - n/N) ) / (N V_i),  n = max(n_i,
 *                                   1),
 * its standard error: an empty cell does not claim to be exact. */
void count_density(const struct grid *grid, const int64_t *counts, uint64_t count,
                   double *density, double *error);
