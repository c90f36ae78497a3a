/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * (z_k - A) x_k = b for many complex shifts z_k and one real b at once, A a chain of rates
 * (tridiagonal.h), by the same elimination without subtraction of rates: relative accuracy
 * survives |z| << |A|, late times. Shifts run innermost, real and imaginary parts apart, so
 * that one vector instruction serves 2, 4 or 8 of them; the bits do not depend on which. */
#pragma once

#include "solver/linalg/tridiagonal.h"

enum { SHIFTED_LANES = 8 }; /* shifts are padded to a multiple of this */

struct shifted {
    const struct tridiagonal *A;     /* borrowed */
    size_t lanes;                    /* shifts in use, padded */
    double *re, *im;                 /* [n][lanes] solutions x, of the last solve */
    double *inverse_re, *inverse_im; /* [n][lanes] 1/pivot */
    double *border;                  /* cyclic: [n][4 lanes] rates to and from the border */
    double *z, *row;                 /* [2 lanes] shifts, [8 lanes] work */
    double *returned_re, *returned_im; /* [n][lanes] (z_k - B)^-1 to (tridiagonal.h) */
    double *gain;                      /* [2 lanes] 1 / (1 - reset . returned) */
    size_t reserved;                   /* lanes that there is room for */
};

/* For a chain that is borrowed; shifted_factor comes next. */
MUST_CHECK struct shifted *shifted_create(const struct tridiagonal *A, struct error *err);
void shifted_destroy(struct shifted *s);
/* Factors z_k - A, z_k = z_re[k] + i z_im[k], for k < shifts; padding lanes repeat the last
 * shift. A shift on the spectrum gives inf or nan in its own lane only. Fails for want of
 * memory only, which it needs when there are more lanes than ever before. */
MUST_CHECK bool shifted_factor(struct shifted *s, size_t shifts, const double *z_re,
                               const double *z_im, struct error *err);
/* s->re[n][lanes] + i s->im[n][lanes] = (z_k - A)^-1 b for b[n]. */
void shifted_solve(struct shifted *s, const double *b);
/* Linear combinations of the solutions over the lanes k = first .. last - 1,
 *     sum[i][j] = Sum_k re[i][k] c[k][j] + im[i][k] c[lanes + k][j],   j < SHIFTED_LANES,
 * with c[2 lanes][8] (aligned to 32 bytes, as array_create does) and sum[n][8]. */
void shifted_combine(const struct shifted *s, size_t first, size_t last, const double *c,
                     double *sum);
