/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The eigenvalues of a sparse chain of rates that lie nearest to 0, with left and right
 * vectors: Arnoldi on (z - A)^-1, which elimination applies without cancellation, so that a
 * rate of e^-300 has its digits beside a matrix of norm 1e6. Modes that are found are
 * projected out, and the search goes on: until nothing nearer to 0 is left, which finds
 * every copy of a multiple eigenvalue; and with a larger z when the next ones are more than
 * 1e5 faster, since an Arnoldi space resolves eigenvalues to 1e-16 of the largest one.
 *
 * The chain is scaled by a positive diagonal, D (z - A)^-T D^-1 and D^-1 (z - A)^-1 D; with
 * D^2 the stationary masses it is symmetric in detailed balance, and far tails count in
 * neither product for more than the mass that they have. Functions there, where D^2 is
 * below 1e-18, are continued from the rest, to some 1e-3. */
#pragma once

#include "solver/linalg/elimination.h"

struct eigenmodes {
    size_t count, n;
    double *rate, *frequency; /* [count] -A has the eigenvalue rate - i frequency; ascending
                                 in rate, frequency > 0 first of a pair */
    double *residual;         /* [count] of (z - A)^-1, relative */
    double **left, **right;   /* [count][n] functions and masses, Sum left_k right_j =
                                 delta_kj; of a pair real and imaginary part, the product
                                 taken without conjugation */
};

struct eigenmodes_chain {
    const struct elimination *at_zero; /* factored at z = 0; of a chain that loses nothing,
                                          without one of its states: the one with most mass
                                          (far from there rounding counts) */
    struct elimination *shifted;       /* the chain, for z > 0 */
    size_t n;                          /* states in all */
    const double *scale;               /* [n] D; 1 outside the chain */
    const double *stationary; /* [n] masses, sum 1, of a chain that loses nothing; NULL:
                                 it loses */
    const bool *inside;       /* [n]; NULL: all */
    bool reversible;          /* D^2 balances every rate: right = D^2 left */
    double fastest;           /* largest rate out of a state: no eigenvalue is beyond twice
                                 that */
};

/* `wanted` modes (one more when a pair would be cut, fewer when there are no more), without
 * the stationary one. Leaves `shifted` factored at some z. Fails (ERROR_RUN) when 200
 * vectors do not resolve them. */
MUST_CHECK bool eigenmodes_find(const struct eigenmodes_chain *chain, size_t wanted,
                                struct eigenmodes *out, struct error *err);
void eigenmodes_finish(struct eigenmodes *modes);
