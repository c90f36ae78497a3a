/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the one-step methods for dm/dt = A m share: step size, landing on the wanted times,
 * and the error. exp(tA) is an L1 contraction, so the local errors' sum bounds the global
 * error; the fewest steps for a given sum have equal local errors delta. The delta that
 * meets the tolerance comes from a pilot run: with local errors ~ h^q the sum goes as
 * delta^((q - 1) / q). */
#pragma once

#include "solver/fv/generator1.h"
#include "solver/linalg/tridiagonal.h"
#include "solver/time/propagator.h"

enum { STEPPER_WORK = 8 };

struct stepper;

struct stepper_rule {
    int order;    /* q: the estimated local error goes as h^q */
    int substeps; /* steps of the method in one step of the rule; options.step is one of
                     them */
    /* next = one step of length h from m; returns the L1 local error of next. */
    double (*step)(struct stepper *stepper, double h, const double *m, double *next);
};

struct stepper {
    struct propagator base;
    const struct stepper_rule *rule;
    const struct generator1 *generator; /* borrowed */
    struct propagator_options options;
    struct tridiagonal *A;
    struct tridiagonal_factors *factors[2];
    double factored[2];                            /* h that they belong to */
    double *start, *m, *next, *work[STEPPER_WORK]; /* [cells] */
};

MUST_CHECK struct propagator *stepper_create(const struct stepper_rule *rule,
                                             const struct generator1 *generator,
                                             const struct propagator_options *options,
                                             struct error *err);
void stepper_destroy(struct propagator *base);
bool stepper_advance(struct propagator *base, const double *p0, size_t n, const double *t,
                     snapshot_sink sink, void *context, struct error *err);
/* x = (1 - h A)^-1 b with factors k, made when h is new; x may be b. */
void stepper_solve(struct stepper *stepper, int k, double h, const double *b, double *x);
