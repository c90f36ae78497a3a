/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The small matrix of shift-invert Arnoldi: with H the projection of (I - gamma A)^-1,
 *     c(t) = exp(t G) e_1,   G = (I - H^-1) / gamma,
 * are the coefficients of exp(tA) b / |b| in the basis. Complex Schur form, then scaling
 * and squaring of the triangle with its diagonal set to the exact exponentials after each
 * squaring (Al-Mohy & Higham, SIAM J. Matrix Anal. 31, 2009): slow modes stay exact for any
 * t |G|. */
#pragma once

#include "io/status.h"

struct ritz;

/* Work space for m <= most. */
MUST_CHECK struct ritz *ritz_create(int most, struct error *err);
void ritz_destroy(struct ritz *ritz);
/* Takes the leading m x m part of H, column k at H + k ld (copied), and gamma > 0. False
 * when H is singular or LAPACK fails: then this m cannot be used. */
bool ritz_set(struct ritz *, int m, const double *H, int ld, double gamma);
/* c[m] = exp(t G) e_1; false when it is not finite. */
bool ritz_exponential(struct ritz *, double t, double *c);
