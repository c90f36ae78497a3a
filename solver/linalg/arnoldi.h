/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arnoldi's orthonormal basis V of the Krylov space of b, S b, S^2 b, ... in the plain
 * 2-norm,
 *     S V_m = V_{m+1} H_m,
 * for an operator S given as a function. Gram-Schmidt twice, over blocks of fixed length:
 * the result does not depend on the number of threads. */
#pragma once

#include "io/status.h"

struct arnoldi {
    size_t n;    /* length of a vector */
    int most, m; /* columns of H there is room for, and columns made */
    double norm; /* |b|_2, the scale of V's first vector */
    bool closed; /* S maps the space to itself (to rounding): no further vector exists */
    double **v;  /* [most + 1][n]; those not used yet are NULL */
    double *H;   /* [most + 1, most], column k at H + k (most + 1) */
    double *partial, *coefficient; /* work */
};

/* y[n] = S x[n]; x and y do not overlap. */
typedef bool (*arnoldi_operator)(void *context, const double *x, double *y,
                                 struct error *err);

/* Room for `most` columns of H; vectors are allocated as the basis grows. Call
 * arnoldi_start before anything else. */
MUST_CHECK struct arnoldi *arnoldi_create(size_t n, int most, struct error *err);
void arnoldi_destroy(struct arnoldi *basis);
/* Forgets the basis and starts a new one from b[n]: v_0 = b / |b|, m = 0. Fails (ERROR_RUN)
 * when b is 0 or not finite, or without memory. */
MUST_CHECK bool arnoldi_start(struct arnoldi *, const double *b, struct error *err);
/* One more column of H and one more vector of V, m < most. Fails with the operator's error,
 * on a vector that is not finite (ERROR_RUN),
 * or without memory: a vector is allocated the first time that the basis grows to a
 * size. */
MUST_CHECK bool arnoldi_extend(struct arnoldi *, arnoldi_operator, void *context,
                               struct error *err);
/* out[n] = sum over k < m of c[k] v[k]. */
void arnoldi_combine(const struct arnoldi *, int m, const double *c, double *out);
