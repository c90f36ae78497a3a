/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Solves with the 2-D generator A on masses,
 *     (I - gamma A) x = b:
 * the step of backward Euler and the operator of shift-invert Arnoldi. By elimination
 * without subtraction (elimination.h): b >= 0 gives x >= 0 with small relative errors entry
 * by entry, and Sum x = Sum b to rounding where nothing is absorbed. No residual has to be
 * checked. */
#pragma once

#include "solver/fv/plane/generator.h"

struct resolvent;

/* Orders the cells, once for all gamma. generator is borrowed while the system lives. */
MUST_CHECK struct resolvent *resolvent_create(const struct plane_generator *generator,
                                              struct error *err);
void resolvent_destroy(struct resolvent *system);
/* Factors for gamma > 0, unless it is the present one. Fails as elimination_factor. */
MUST_CHECK bool resolvent_set(struct resolvent *, double gamma,
                              const struct monitor *monitor, struct error *err);
/* x[cells] = (I - gamma A)^-1 b[cells]; x may be b. The
 * system holds the work space: one solve at a time. */
void resolvent_solve(struct resolvent *, const double *b, double *x);
/* The present gamma, and the number of factorisations so far. */
double resolvent_gamma(const struct resolvent *);
int64_t resolvent_factorisations(const struct resolvent *);
