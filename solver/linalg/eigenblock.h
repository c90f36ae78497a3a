/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Eigenvectors that one Arnoldi run brought, as real vectors: of a complex pair the real and the
 * imaginary part side by side. Modes are blocks of both sides,
 *     L: (z - A)^-T l = theta l     R: (z - A)^-1 r = theta r
 * (solver/linalg/eigenmodes.h), in one order of theta. */
#pragma once

#include "solver/linalg/arnoldi.h"
#include "solver/linalg/eigenpairs.h"

enum { EIGENBLOCK_MOST = 200 };

struct eigenblock {
    int count;
    double **v;                                      /* [count][n] */
    double re[EIGENBLOCK_MOST], im[EIGENBLOCK_MOST]; /* theta */
    double residual[EIGENBLOCK_MOST];                /* relative to theta */
};

/* The first `count` pairs (at most EIGENBLOCK_MOST, no half pair at the end), as vectors of n.
 * Fails without memory; *out is then to be finished too. */
MUST_CHECK bool eigenblock_take(const struct arnoldi *basis, const struct eigenpairs *pairs,
                                size_t n, int count, struct eigenblock *out,
                                struct error *err);
void eigenblock_finish(struct eigenblock *block);

/* Orders R like L by its eigenvalues; L is cut before the first one without a partner. */
void eigenblock_match(struct eigenblock *L, struct eigenblock *R);

/* (a + i b) / (re + i im) of vectors of n; b may be NULL: 0. */
void eigenvector_divide(size_t n, double *a, double *b, double re, double im);

/* Norm 1, and the largest entry real and positive; b as above. */
void eigenvector_normalise(size_t n, double *a, double *b);
