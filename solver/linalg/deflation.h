/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Left and right vectors of eigenvalues that are known, left_k . right_j = delta_kj, which
 * are projected out of other vectors so that a search finds the next ones: x - Sum_k left_k
 * (right_k . x) on the side of the left vectors. All real: of a complex pair two vectors
 * that span its plane. */
#pragma once

#include "io/status.h"

struct deflation {
    size_t n, count, room;
    double **left, **right; /* [count][n], owned; right_k may be left_k itself */
};

MUST_CHECK bool deflation_init(struct deflation *out, size_t n, size_t room,
                               struct error *err);
void deflation_finish(struct deflation *deflation);

/* x . y, in a fixed order. */
double deflation_dot(size_t n, const double *x, const double *y);
/* Projects what is known out of x[n], a vector like the left ones or like the right ones.
 */
void deflation_apply(const struct deflation *, bool like_left, double *x);

/* Takes over count vectors, made biorthonormal with each other and with those known: right
 * <- right (left^T right)^-1. right NULL: the left ones orthonormal (Gram-Schmidt twice),
 * and right the same. count <= room - those known. Fails (ERROR_RUN), and takes nothing,
 * where left^T right is singular. */
MUST_CHECK bool deflation_add(struct deflation *, int count, double **left, double **right,
                              struct error *err);
