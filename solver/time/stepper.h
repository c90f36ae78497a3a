/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the one-step methods for dm/dt = A m share: step size, landing on the wanted times,
 * and the error. Two runs go side by side over the same times, one with half the steps of
 * the other: their difference is the error in time (Richardson), also with a fixed step. It
 * follows what exp(tA), an L1 contraction, does to the errors of early steps, which their
 * sum would keep for ever. Steps have equal local errors delta, the fewest for a given sum;
 * the delta that meets the tolerance at all wanted times is found by pilot runs: local
 * errors ~ h^q and the error ~ h^p, so that it goes as delta^(p / q). */
#pragma once

#include "solver/fv/generator1.h"
#include "solver/linalg/tridiagonal.h"
#include "solver/time/propagator.h"

enum { STEPPER_WORK = 7 };

struct stepper;

struct stepper_rule {
    int local, order;     /* q: the local error that `pair` returns; p: the error */
    double of_difference; /* the error stated, for a difference of 1 between the runs: above
                             1 / (2^p - 1), what stiff parts need, whose order is lower */
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
