/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Selling's decomposition of a positive semidefinite 2x2 tensor on the integer lattice,
 *     D = sum_k rho_k e_k e_k^T,   rho_k >= 0,   e_k integer vectors, k = 0, 1, 2
 * (Selling, J. reine angew. Math. 77, 1874; Fehrenbach & Mirebeau, J. Math. Imaging Vision
 * 49, 2014). The three e_k have three different parities (1,0), (0,1), (1,1) modulo 2, so
 * that each half-integer point of the lattice is the middle of exactly one edge. */
#pragma once

#include <stdbool.h>

struct selling {
    int e[3][2];
    double rho[3];
};

/* D = [[xx, xy], [xy, yy]]. False when a component of some e would exceed reach (nearly
 * degenerate D in an irrational direction): *out is then undefined. */
bool selling_decompose(double xx, double xy, double yy, int reach, struct selling *out);
/* The k whose e_k has the parity (px, py), not both even. */
int selling_parity(const struct selling *, int px, int py);
