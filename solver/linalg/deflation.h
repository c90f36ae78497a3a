/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Deflation: known left and right eigenvectors are projected out of a vector, so that a
 * search finds the next eigenvalues,
 *     left_k . right_j = delta_kj,
 *     x <- x - Sum_k left_k (right_k . x)      for x like a left vector,
 *     x <- x - Sum_k right_k (left_k . x)      for x like a right vector.
 * All vectors are real: a complex pair gives two that span its plane. */
#pragma once

#include "io/status.h"

struct deflation {
    size_t n, count, room;
    double **left, **right; /* [count][n], owned; right_k may be left_k itself */
};

/* No vectors of length n yet, room for `room` pairs. */
MUST_CHECK bool deflation_init(struct deflation *out, size_t n, size_t room,
                               struct error *err);
void deflation_finish(struct deflation *deflation);

/* x . y, in a fixed order. */
double deflation_dot(size_t n, const double *x, const double *y);
/* Projects the known vectors out of x[n], in place, by the formulas above. */
void deflation_apply(const struct deflation *, bool like_left, double *x);

/* Takes over `count` pairs, count <= room - those known, and makes them biorthonormal with
 * each other and with the known ones,
 *     right <- right (left^T right)^-1.
 * right NULL: the left ones are made orthonormal (Gram-Schmidt twice) and serve as right
 * ones. Fails (ERROR_RUN), and takes nothing, where left^T right is singular. */
MUST_CHECK bool deflation_add(struct deflation *, int count, double **left, double **right,
                              struct error *err);
