/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The eigenvalues of a sparse chain of rates that lie nearest to 0, with left and right
 * eigenvectors, by Arnoldi on (z - A)^-1. Elimination applies this inverse without
 * cancellation, so that a rate of e^-300 is right beside a matrix of norm 1e6. Modes that
 * are found are deflated, and the search goes on:
 *   until nothing nearer to 0 is left: this finds every copy of a multiple eigenvalue;
 *   with a larger z when the next ones are more than 1e5 faster: an Arnoldi space resolves
 *     eigenvalues to 1e-16 of the largest one.
 *
 * The chain is scaled by a positive diagonal D,
 *     D (z - A)^-T D^-1   for left,   D^-1 (z - A)^-1 D   for right vectors.
 * With D^2 the stationary masses both are symmetric in detailed balance, and far tails
 * weigh no more than the mass that they hold. Where D^2 is below 1e-18 left vectors are
 * continued from the rest, to a relative error of some 1e-3. */
#pragma once

#include "solver/linalg/elimination.h"

struct eigenmodes {
    size_t count, n;
    /* [count] eigenvalues rate - i frequency of -A, ascending in rate; of a complex pair
     * the one with frequency > 0 first. */
    double *rate, *frequency;
    double *residual; /* [count] of (z - A)^-1, relative */
    /* [count][n] left (functions of the state) and right (masses) eigenvectors,
     *     Sum_i left_k[i] right_j[i] = delta_kj.
     * Of a complex pair real and imaginary part; the product is taken without
     * conjugation. */
    double **left, **right;
};

struct eigenmodes_chain {
    /* The chain factored at z = 0. Of a chain that loses nothing, without the state that
     * has most mass: without another one, rounding would count far from it. */
    const struct elimination *at_zero;
    struct elimination *shifted;   /* the chain, for z > 0 */
    size_t n;                      /* states in all */
    const double *scale;           /* [n] D; 1 outside the chain */
    const double *stationary;      /* [n] masses, sum 1; NULL for a chain that loses mass */
    const bool *inside;            /* [n]; NULL: all */
    bool reversible;               /* detailed balance with masses D^2: right = D^2 left */
    const struct monitor *monitor; /* asked at every vector; NULL is fine */
    double fastest; /* largest rate out of a state; every |eigenvalue| <= 2 fastest */
};

/* The `wanted` slowest modes (one more when a pair would be cut, fewer when there are no
 * more), without the stationary one. Leaves `shifted` factored at some z. Fails (ERROR_RUN)
 * when 200 Arnoldi vectors do not resolve them. */
MUST_CHECK bool eigenmodes_find(const struct eigenmodes_chain *chain, size_t wanted,
                                struct eigenmodes *out, struct error *err);
void eigenmodes_finish(struct eigenmodes *modes);
