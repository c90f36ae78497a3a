/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws without replacement: for every frequency theta_q the coefficient
 *     phi_q = [z^B] Prod_k (1 + z w^k)^{N_k} / (n choose B),      w = e^{-i theta_q},
 * of a population of N_k numbers k, Sum_k N_k = n (N_k need not be whole), by Cauchy's
 * integral over |z| = r < 1 with the trapezoid rule,
 *     phi_q = 1 / ( Q r^B (n choose B) ) Sum_{a < Q} e^{-iB psi_a}
 *             exp( Sum_{m <= M} (-1)^{m+1} r^m e^{i m psi_a} P_m(q) / m ),
 *     psi_a = 2 pi a / Q,    P_m(q) = Sum_k N_k w^{mk} = N(m q),
 * so that the transform of the population is all that is needed. Stable: r is near the
 * saddle point B/(n - B), where the terms of the sum are no larger than some hundred times the
 * result at q = 0; Q leaves out what is below 1e-17 of that, and so does M. (For n choose B
 * itself this is how the conditional law of Bernoulli draws, given their number, is found.)
 * The work is Q M for each frequency: sqrt(B) times a logarithm for B << n, and about
 * 40 n for B = n/2. */
#pragma once

#include "solver/transfer/frequencies.h"
#include <stddef.h>

struct contour {
    size_t n, B, nodes, terms; /* nodes Q, terms M */
    double r, log_scale;       /* of the factor in front, (1 + r)^n / (r^B (n choose B)) */
};

/* 1 <= B <= n/2. Counting ends at CONTOUR_MOST nodes or terms, far more than bearable. */
enum { CONTOUR_MOST = 1000000 };
struct contour contour_for(size_t n, size_t B);

/* phi[2 q], phi[2 q + 1], q < FREQUENCIES, from power[m - 1][0 re, 1 im][q] = P_m,
 * m <= terms, which is overwritten. */
void contour_block(const struct contour *contour, double (*power)[2][FREQUENCIES],
                   double *phi);
