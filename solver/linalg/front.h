/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The states of a dense chain of rates taken out one after the other (elimination.h): the
 * work of one front, by blocks that BLAS multiplies. */
#pragma once

#include <stddef.h>

/* R[n][n + 1]: R[i][j], i != j < n, the rate from i to j; R[i][n] the rate to nowhere.
 * Takes out the first `own` states: state k is left at the rate s_k = Sum over j > k of
 * R[k][j] for each j with probability R[k][j] / s_k, which what comes to k goes on with.
 * After that, for k < own: s_k in R[k][k], probabilities to its right, rates into k below
 * it; the rest of R is the chain on the states that are left. Only sums, products and
 * quotients of numbers >= 0: small relative errors, entry by entry.
 * Returns how many are taken out: `own`, or less, and then that state cannot be left (s <
 * 1e-290). */
size_t front_eliminate(double *R, size_t n, size_t own);
