/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the one-step methods for dm/dt = A m share: step size, landing on the wanted times,
 * and the error. Two runs go side by side over the same times, one with steps half as long:
 * their difference gives the error in time (Richardson), also with a fixed step. Unlike a
 * sum of local errors it follows how exp(tA), an L1 contraction, damps the errors of early
 * steps.
 *
 * All steps have the same local error delta, which takes the fewest steps for a given sum.
 * With
 *     local error ~ h^q,   error ~ h^p ~ delta^(p / q),
 * pilot runs find the delta that meets the tolerance at all wanted times. */
#pragma once

#include "solver/fv/generator1.h"
#include "solver/linalg/tridiagonal.h"
#include "solver/time/propagator.h"

enum { STEPPER_WORK = 7 };

struct stepper;

struct stepper_rule {
    int local, order; /* q of the local error that `pair` returns, and p */
    /* Stated error / difference between the runs: more than Richardson's 1 / (2^p - 1), as
     * stiff parts are of lower order. */
    double of_difference;
    /* next = two steps of h / 2 from m; returns the L1 local error of them. */
    double (*pair)(struct stepper *stepper, double h, const double *m, double *next);
    /* next = one step of h from m. */
    void (*single)(struct stepper *stepper, double h, const double *m, double *next);
};

struct stepper {
    struct propagator base;
    const struct stepper_rule *rule;
    const struct generator1 *generator; /* borrowed */
    struct propagator_options options;
    struct tridiagonal *A;
    struct tridiagonal_factors *factors[2];
    double factored[2]; /* h that they belong to; below 0: none */
    double *start, *m, *coarse, *next, *work[STEPPER_WORK]; /* [cells] */
};

/* The members of a propagator_method (propagator.h) for a rule. The generator is borrowed.
 * Advancing fails (ERROR_RUN) where the tolerance takes too many steps, without memory, and
 * on ERROR_INTERRUPTED. */
MUST_CHECK struct propagator *stepper_create(const struct stepper_rule *rule,
                                             const struct generator1 *generator,
                                             const struct propagator_options *options,
                                             struct error *err);
void stepper_destroy(struct propagator *base);
bool stepper_advance(struct propagator *base, const double *p0, size_t n, const double *t,
                     snapshot_sink sink, void *context, struct error *err);
/* x = (1 - h A)^-1 b with factors k (0: of the halves, 1: of the whole), made when h is
 * new; x may be b. */
void stepper_solve(struct stepper *stepper, int k, double h, const double *b, double *x);
