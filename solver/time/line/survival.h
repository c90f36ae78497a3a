/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The law of the first-passage time T of an absorbed chain (line/escape.h), from a density p0:
 *     S(t) = P(T > t) = mass of exp(tA) p0 outside the target,
 *     f(t) = -dS/dt   = current into the target, through lower and through upper sides,
 * with A the absorbing generator and exp(tA) from a propagator. */
#pragma once

#include "solver/fv/line/escape.h"
#include "solver/time/propagator.h"

struct survival {
    size_t n;
    double *alive; /* [n] S(t_k), as a part of the mass of p0 */
    /* [n] f(t_k) in two parts: through the lower and through the upper side of the interval
     * it starts in. */
    double *lower, *upper;
    double error; /* largest estimated L1 error in time of the snapshots */
};

/* S and f at the times 0 <= t[0] < ... < t[n - 1], from p0[cells] of mass > 0; the part on
 * the target has arrived at time 0. method: NULL takes the contour. Fails (ERROR_RUN) on a
 * p0 without mass, and as the propagator does. */
MUST_CHECK bool survival_compute(const struct line_escape *escape,
                                 const struct propagator_method *method,
                                 const struct propagator_options *options, const double *p0,
                                 size_t n, const double *t, struct survival *out,
                                 struct error *err);
void survival_finish(struct survival *survival);

/* *probability = P(T <= t), the part of p0 that has arrived by t > 0. It is the mass on the
 * target, not 1 - S, and so keeps its digits where it is small; only what left through
 * absorbing ends comes from a difference. *error: estimated, in mass, usually 1e-14. */
MUST_CHECK bool survival_reached(const struct line_escape *escape, const double *p0,
                                 double t, const struct monitor *monitor,
                                 double *probability, double *error, struct error *err);
