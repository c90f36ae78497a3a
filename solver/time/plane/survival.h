/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The law of the first-passage time T of an absorbed 2-D chain (plane/escape.h), from a density
 * p0:
 *     S(t) = P(T > t) = mass of exp(tA) p0 outside the target,
 *     f(t) = -dS/dt   = current into the target and through absorbing walls,
 * with A the absorbing generator and exp(tA) from a propagator (survival.h is 1-D). */
#pragma once

#include "solver/fv/plane/escape.h"
#include "solver/time/propagator.h"

struct plane_survival {
    size_t n;
    double *alive;         /* [n] S(t_k), of the mass of p0 */
    double *target, *wall; /* [n] the two parts of f(t_k); f is their sum */
    double error;          /* largest estimated L1 error in time of the snapshots */
};

/* krylov_create or plane_backward_euler_create. */
typedef struct propagator *(*plane_propagator_creator)(const struct plane_generator *,
                                                       const struct propagator_options *,
                                                       struct error *);

/* S and f at the times 0 <= t[0] < ... < t[n - 1], from p0[cells] of mass > 0; the part on
 * the target has arrived at time 0. create: NULL takes krylov. Fails (ERROR_RUN) on a p0
 * without mass, and as the propagator does. */
MUST_CHECK bool plane_survival_compute(const struct plane_escape *escape,
                                       plane_propagator_creator create,
                                       const struct propagator_options *options,
                                       const double *p0, size_t n, const double *t,
                                       struct plane_survival *out, struct error *err);
void plane_survival_finish(struct plane_survival *survival);
