/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Solves with 1 - P of an operator by the elimination of states (linalg/front.h): rates are
 * the entries of P off its diagonal, never 1 - P_jj, so that weights and times keep their
 * digits however slowly parts exchange mass. Cubic deposits have negative entries too, and
 * sums may then cancel in part: states with little mass are eliminated first, so that what
 * a state loses goes to heavier ones (docs/numerics.md 10.4).
 *
 * Either all mass of the states inside is lost in the end, 1 - P is regular; or none is, and
 * the heaviest state, the pin, is left over. */
#pragma once

#include "solver/transfer/transfer.h"

enum { CHAIN_CELLS = 6000 }; /* a matrix of 290 MB */

struct chain {
    size_t all, n,
        own;       /* cells; states inside; states eliminated: n, or n - 1 with a pin */
    size_t *state; /* [n] cells, lightest first */
    double *loss;  /* [n] what a state loses in a step */
    double *R;     /* [n][n + 1] as front_eliminate leaves it */
    double *work;  /* [n] */
};

/* inside[cells]; pinned: nothing leads out. Fails (ERROR_RUN) where a state cannot be left:
 * rates are lost in rounding or in the negative weights. */
MUST_CHECK struct chain *chain_create(const struct transfer *op, const bool *inside,
                                      bool pinned, const struct monitor *monitor,
                                      struct error *err);
void chain_destroy(struct chain *chain);

/* x[cells], 0 outside; b and x may be the same.
 *   chain_balance    x = P x, x = 1 at the pin
 *   chain_masses     x = P x + b: time spent in each state, from masses b. With a pin: x = 0
 *                    there, and Sum b = 0
 *   chain_functions  x = P^T x + b: b summed along the way */
void chain_balance(const struct chain *chain, double *x);
void chain_masses(const struct chain *chain, const double *b, double *x);
void chain_functions(const struct chain *chain, const double *b, double *x);
