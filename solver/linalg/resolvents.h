/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linear combinations of resolvents of a chain of rates (tridiagonal.h), for a real b,
 *     sum_j = Sum_k c_kj Re x_k + d_kj Im x_k,   (z_k - A) x_k = b,
 * for many complex shifts z_k at once. The chain is eliminated from both ends to the cell in
 * its middle, without a subtraction of rates: relative accuracy survives |z| << |A|, late
 * times. The halves are independent until they meet, so that two threads take one each; the
 * bits do not depend on how many there are. Shifts run innermost, real and imaginary parts
 * apart: one vector instruction serves 2, 4 or 8 of them.
 *
 * Neither factors nor solutions are kept. What is known of the eliminated cells is noted
 * every RESOLVENT_BLOCK cells; on the way back each block is eliminated once more, solved and
 * summed while it is in the cache. Memory beside the sums is 8 numbers a shift and
 * block, and the work for a cell does not depend on how many there are. */
#pragma once

#include "solver/linalg/tridiagonal.h"

enum {
    RESOLVENT_LANES = 8,    /* shifts and columns are padded to a multiple of this */
    RESOLVENT_COLUMNS = 32, /* most columns of one call */
    RESOLVENT_BLOCK = 64,   /* cells */
};

struct resolvents;
/* For a chain that is borrowed; resolvents_set comes next. */
MUST_CHECK struct resolvents *resolvents_create(const struct tridiagonal *A,
                                                struct error *err);
void resolvents_destroy(struct resolvents *);
/* The shifts z_k = z_re[k] + i z_im[k], k < shifts. A shift on the spectrum gives inf or nan
 * in what it has a part in. Fails for want of memory only, which it needs when there are more
 * shifts than ever before. */
MUST_CHECK bool resolvents_set(struct resolvents *, size_t shifts, const double *z_re,
                               const double *z_im, struct error *err);

/* Of a column: the sum over the cells of |sum - other|, of the sum, of its negative parts. */
struct resolvent_measure {
    double difference, mass, negative;
};

/* Columns j < columns <= RESOLVENT_COLUMNS, each as sum over the shifts k < split,
 *     sum[j n + i] = Sum_k re_kj Re x_k[i] + im_kj Im x_k[i],
 * and another over the shifts k >= split that is only compared with it (split = shifts: with
 * nothing). re, im: [shifts][RESOLVENT_COLUMNS] weights; volume: [n], what sum is divided by once
 * it is measured, NULL: by nothing; sum: [columns][n]; measure: [columns], may be NULL.
 * Shifts at the end of a sum whose weights are 0 in all columns of a group of eight cost it nothing. */
void resolvents_sum(struct resolvents *, const double *b, size_t split, size_t columns,
                    const double *re, const double *im, const double *volume, double *sum,
                    struct resolvent_measure *measure);
/* Calls task(context, 0) and task(context, 1), which must not touch the same: one of them on the
 * second thread, where the chain is long enough to have one. */
void resolvents_share(struct resolvents *, void (*task)(void *context, int part),
                      void *context);
