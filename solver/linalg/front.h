/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The elimination of states of a dense chain of rates (elimination.h): the work of one
 * front, by blocks. */
#pragma once

#include <stddef.h>

/* R[n][n + 1], by rows: R[i][j], i != j < n, is the rate from i to j, R[i][n] the killing
 * rate. Eliminates the states k = 0 .. own - 1 in this order,
 *     s_k = Sum_{j > k} R[k][j],   P[k][j] = R[k][j] / s_k,   R[i][j] += R[i][k] P[k][j],
 * i, j > k. On return R holds
 *     R[k][k] = s_k,   R[k][j] = P[k][j] for j > k,   R[i][k] the rate into k for i > k,
 * k < own, and for i, j >= own the chain on the states that remain. Only sums, products and
 * quotients of numbers >= 0: small relative errors, entry by entry.
 * Returns the number of states that were eliminated: `own`, or k < own when state k cannot
 * be left, s_k < 1e-290. */
size_t front_eliminate(double *R, size_t n, size_t own);
