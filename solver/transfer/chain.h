/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Solves with 1 - P by the elimination of states (linalg/front.h): rates are
 * the entries of P off its diagonal, never 1 - P_jj, so that weights and times keep their
 * digits however slowly parts exchange mass. Cubic deposits have negative entries too, and
 * sums may then cancel in part: states with little mass are eliminated first, so that what
 * a state loses goes to heavier ones (docs/numerics.md 10.4).
 *
 * Either all mass of the states inside is lost in the end, 1 - P is regular; or none is, and
 * the heaviest state, the pin, is left over. */
#pragma once

#include "grids/grid.h"
#include "solver/linalg/sparse.h"

enum {
    CHAIN_CELLS = 6000,      /* a matrix of 290 MB */
    CHAIN_CELLS_PLANE = 2500 /* in the plane iteration is faster beyond (two_level.h) */
};

struct chain {
    size_t all, n,
        own;       /* cells; states inside; states eliminated: n, or n - 1 with a pin */
    size_t *state; /* [n] cells, lightest first */
    double *loss;  /* [n] what a state loses in a step */
    double *R;     /* [n][n + 1] as front_eliminate leaves it */
    double *work;  /* [n] */
};

/* Are the states with inside[cells] of a grid few enough? */
bool chain_has_room(const struct grid *grid, const bool *inside);

/* P by columns, absorbed[cells] of each column's mass; both are used here only.
 * inside[cells]: the states, NULL: all; pinned: nothing leads out. Fails (ERROR_RUN) where a
 * state cannot be left: rates are lost in rounding or in the negative weights. */
MUST_CHECK struct chain *chain_create(const struct sparse *P, const double *absorbed,
                                      const bool *inside, bool pinned,
                                      const struct monitor *monitor, struct error *err);
void chain_destroy(struct chain *chain);
/* |masses|[cells] of the states inside after 200 steps from equal ones, their sum 1 before
 * the last step: where mass is, roughly; 0 outside. */
MUST_CHECK bool chain_warm_up(const struct sparse *P, const bool *inside, double *mass,
                              struct error *err);

/* x[cells], 0 outside; b and x may be the same.
 *   chain_balance    x = P x, x = 1 at the pin
 *   chain_masses     x = P x + b: time spent in each state, from masses b. With a pin: x = 0
 *                    there, and Sum b = 0
 *   chain_functions  x = P^T x + b: b summed along the way */
void chain_balance(const struct chain *chain, double *x);
void chain_masses(const struct chain *chain, const double *b, double *x);
void chain_functions(const struct chain *chain, const double *b, double *x);
