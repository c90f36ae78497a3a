/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Solves with I - gamma A, A the 2-D generator on masses: the step of backward Euler and
 * the operator of shift-invert Arnoldi. Every solution is checked by its residual, which
 * bounds its error in L1 (the inverse of I - gamma A has columns that sum to at most 1). */
#pragma once

#include "solver/fv/generator2.h"

struct resolvent;

/* generator is borrowed. Cholesky where phibar spans less than 1000, else LU. */
MUST_CHECK struct resolvent *resolvent_create(const struct generator2 *generator,
                                              struct error *err);
void resolvent_destroy(struct resolvent *system);
/* Factors for gamma > 0, unless it is the present one. */
MUST_CHECK bool resolvent_set(struct resolvent *, double gamma, struct error *err);
/* x = (I - gamma A)^-1 b, |residual|_1 <= |b|_1 times 1e-12, or what rounding leaves of
 * gamma times the largest rate: refined once when it is not, then from Cholesky to LU for
 * good, then ERROR_RUN. */
MUST_CHECK bool resolvent_solve(struct resolvent *, const double *b, double *x,
                                struct error *err);
double resolvent_gamma(const struct resolvent *);
int64_t resolvent_factorisations(const struct resolvent *);
const char *resolvent_name(const struct resolvent *); /* of the solver in use */
double resolvent_entries(const struct resolvent *);   /* of the factors */
