/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The generator as a chain of rates between cell masses m_i = width_i p_i: up_i = left[i +
 * 1] / width_i, down_i = right[i] / width_i; an absorbing end's rate is a loss. In masses
 * every column of A sums to minus its loss. */
#pragma once

#include "solver/fv/generator1.h"
#include "solver/linalg/tridiagonal.h"

/* The caller destroys it. */
MUST_CHECK struct tridiagonal *rates_create(const struct generator1 *generator,
                                            struct error *err);
/* m = width p, and p = m / width (m may be p). */
void rates_masses(const struct generator1 *generator, const double *p, double *m);
void rates_densities(const struct generator1 *generator, const double *m, double *p);
/* Sum of |m - q| (q may be NULL: 0), of m, and of max(0, -m), compensated. */
double rates_l1(size_t n, const double *m, const double *q);
double rates_sum(size_t n, const double *m);
double rates_negative(size_t n, const double *m);
