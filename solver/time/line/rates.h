/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The 1-D generator (line/generator.h) as a chain of rates between cell masses (tridiagonal.h),
 *     m_i = width_i p_i,   up_i = left[i + 1] / width_i,   down_i = right[i] / width_i.
 * The rate through an absorbing end is a killing rate, loss_i, as are those of the sinks;
 * what is reset returns (tridiagonal.h). In masses every column of A sums to -loss_i, or to
 * -lost_i where mass returns. */
#pragma once

#include "solver/fv/line/generator.h"
#include "solver/linalg/tridiagonal.h"

/* The chain of a generator; the caller destroys it. Fails for want of memory only. */
MUST_CHECK struct tridiagonal *rates_create(const struct line_generator *generator,
                                            struct error *err);
/* The rates of a generator into a chain of its kind, but for resets. */
void rates_fill(const struct line_generator *generator, struct tridiagonal *A);
/* m_i = width_i p_i, and p_i = m_i / width_i; m may be p. */
void rates_masses(const struct line_generator *generator, const double *p, double *m);
void rates_densities(const struct line_generator *generator, const double *m, double *p);
/* Compensated sums over n cells: Sum |m_i - q_i| (q NULL: 0), Sum m_i, Sum max(0, -m_i). */
double rates_l1(size_t n, const double *m, const double *q);
double rates_sum(size_t n, const double *m);
double rates_negative(size_t n, const double *m);
