/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The factors of one front (front.h) as the sweeps of a solve read them: in panels of eight
 * neighbouring states, the lanes of vector instructions, and one of the W < 8 that are left.
 * With P(k, j) = R(k, j) / s_k and k < own,
 *     rows      for each panel of states j: P(k, j) of all k < own before it, W numbers for
 *               each k, and, where the states are the front's own, N of T(j, k) = P(k, j),
 *               column after column;
 *     columns   for each panel of own states k, the last panel first: R(i, k) of all i behind
 *               it, W numbers for each i; N of T(i, k) = R(i, k) / s_k, row after row; s_k.
 * T is a triangle inside a panel and N the entries off the diagonal of (I - T)^-1, >= 0 as T
 * is: no state waits for its neighbour. No number is stored twice. PANEL numbers before the
 * first and behind the last one may be read; they must be finite. v[n] are the numbers of the
 * front's states, its own first. */
#pragma once

#include <stddef.h>

enum { PANEL = 8 };

/* Numbers of a front of n states that eliminates `own`. */
static inline size_t front_rows(size_t n, size_t own) {
    return own * n - own * (own + 1) / 2;
}
static inline size_t front_columns(size_t n, size_t own) {
    return front_rows(n, own) + own;
}

/* From R[n][n + 1] as front_eliminate leaves it. */
void front_store_rows(const double *R, size_t n, size_t own, double *rows);
void front_store_columns(const double *R, size_t n, size_t own, double *columns);

/* Sweeps of a solve with masses:
 *     v_j += v_k P(k, j), j > k                            k = 0, 1, ...
 *     v_k = (v_k + Sum over i > k of v_i R(i, k)) / s_k    k = own - 1, ..., 0 */
void front_lift_masses(size_t n, size_t own, const double *rows, double *v);
void front_lower_masses(size_t n, size_t own, const double *columns, double *v);
/* And with functions of the state:
 *     v_k /= s_k, then v_i += R(i, k) v_k, i > k           k = 0, 1, ...
 *     v_k += Sum over j > k of P(k, j) v_j                 k = own - 1, ..., 0 */
void front_lift_functions(size_t n, size_t own, const double *columns, double *v);
void front_lower_functions(size_t n, size_t own, const double *rows, double *v);
