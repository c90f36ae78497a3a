/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The law of the sum S of B numbers drawn out of n numbers s_j, as masses on the integers.
 *
 * Each s_j is put on the four integers around it with cubic weights (cubic.h), in two
 * variables four by four, which gives a population N_k, Sum_k N_k = n. With the Fourier
 * transform N(theta) = Sum_k N_k e^{-i theta k}, the law of S has
 *     with replacement      phi(theta) = ( N(theta) / n )^B
 *     without               phi(theta) = [z^B] Prod_k (1 + z e^{-i theta k})^{N_k}
 *                                        / (n choose B)              (contour.h)
 * Mean, covariance and third moments of S are those of the drawn numbers, the factors of a
 * finite population included: they are polynomials in the sums over j of 1, s, s^2, s^3,
 * which cubic weights keep. Where all s_j are integers the law is exact; elsewhere its
 * fourth moments are off by B times those of a cubic weight, at most 9/16: where the sum
 * spreads over many integers that is little. Masses may be negative by as much.
 *
 * The integers are those of a ring of R = 2^m (in two variables R x R), longer than what S
 * reaches (reach.h). */
#pragma once

#include "solver/transfer/process.h"

struct ring;      /* plans; shared by threads */
struct ring_work; /* of one thread */

/* For draws of B out of n, in dims components. Not thread-safe (FFTW's planner). Fails
 * (ERROR_SETTINGS) where the draws without replacement cost too much, and without memory. */
MUST_CHECK struct ring *ring_create(int dims, size_t n, size_t B, bool replacement,
                                    struct error *err);
void ring_destroy(struct ring *ring);
MUST_CHECK struct ring_work *ring_work_create(const struct ring *ring, struct error *err);
void ring_work_destroy(struct ring_work *work);

size_t ring_most(const struct ring *ring); /* masses, at most */
/* By how much numbers s_j (s[d][n], of mean 0) are too large: 1, or the factor, > 1, by
 * which all are to be divided so that S fits on the longest ring. */
double ring_excess(const struct ring *ring, double *const *s);

/* The masses of S: out.landing = integers, as numbers, in order; those below 1e-17, which are
 * rounding, are 0, and left out at the ends. They sum to 1. Returns their number,
 * <= ring_most. s as above, fitting. */
size_t ring_law(const struct ring *ring, double *const *s, struct ring_work *work,
                struct outcome *out);
