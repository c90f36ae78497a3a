/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The law of the first-passage time T of an absorbed chain (escape1.h), from a density p0:
 *     S(t) = P(T > t) = mass of exp(tA) p0 outside the target,
 *     f(t) = -dS/dt   = current into the target, through lower and through upper sides,
 * with A the absorbing generator and exp(tA) from a propagator. */
#pragma once

#include "solver/fv/escape1.h"
#include "solver/time/propagator.h"

struct survival {
    size_t n;
    double *alive;         /* [n] S(t_k), of the mass of p0 */
    double *lower, *upper; /* [n] the two parts of f(t_k): through the lower and through the
                              upper side of the interval it starts in; f is their sum */
    double error;          /* largest estimated L1 error in time of the snapshots */
};

/* At times 0 <= t[0] < t[1] < ... p0[cells]: mass > 0; what lies on the target has arrived
 * at time 0. method: NULL takes the contour. */
MUST_CHECK bool survival_compute(const struct escape1 *escape,
                                 const struct propagator_method *method,
                                 const struct propagator_options *options, const double *p0,
                                 size_t n, const double *t, struct survival *out,
                                 struct error *err);
void survival_finish(struct survival *survival);

/* P(T <= t), the part of p0 that has arrived by t > 0: what lies on the target, not 1 - S
 * (but for what left through absorbing ends). error: estimated, of the mass, usually
 * 1e-14. */
MUST_CHECK bool survival_reached(const struct escape1 *escape, const double *p0, double t,
                                 const struct monitor *monitor, double *probability,
                                 double *error, struct error *err);

/* Mean of T as Integral S dt, by Gauss-Legendre on dyadic intervals up to 40 times the
 * largest tau: an independent check of the adjoint's answer, good to 1e-9 relative. Fails
 * (ERROR_RUN) where tau is infinite or overflows. */
MUST_CHECK bool survival_mean(const struct escape1 *escape, const double *p0, double *mean,
                              struct error *err);

/* Times and weights of that quadrature of Integral_0^end, for a function that is flat below
 * end 2^-40: two panels of Gauss points an octave. t, weight [SURVIVAL_POINTS]. */
enum { SURVIVAL_POINTS = 40 * 2 * 8 };
void survival_points(double end, double *t, double *weight);
