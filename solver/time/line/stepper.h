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

#include "solver/fv/line/generator.h"
#include "solver/time/propagator.h"

enum { STEPPER_WORK = 12 };

struct stepper;

/* A chain dm/dt = A(t) m that depends on the time t of the run. */
struct stepper_drive {
    /* What follows lies in a part of time that begins at t, or holds it, and in which A is
     * smooth: *end is where that ends, beyond t. */
    bool (*enter)(void *self, double t, double *end, struct error *err);
    void (*apply)(void *self, double t, const double *m, double *rate); /* A(t) m */
    void (*slope)(void *self, double t, const double *m, double *rate); /* A'(t) m */
    /* Factors 0 of 1 - h A(t). */
    bool (*factor)(void *self, double t, double h, struct error *err);
    /* What happens to m in no time where the last enter led to; NULL: nothing. */
    void (*jump)(void *self, double *m);
};

/* The chain dm/dt = A m that steps are taken of. */
struct stepper_system {
    size_t n;
    const double *volume; /* [n] of the cells: m = volume p; borrowed */
    double keep;          /* a step is kept, and with it its factors, unless it may grow by
                             this factor */
    void (*apply)(const void *self, const double *m, double *rate); /* rate = A m */
    /* Factors k (0: of the halves, 1: of the whole) of 1 - h A. */
    bool (*factor)(void *self, int k, double h, struct error *err);
    void (*solve)(void *self, int k, const double *b, double *x); /* x may be b */
    void (*destroy)(void *self);
    void *self;
    /* With it A depends on the time: apply and factor are not asked. NULL: it does not. */
    const struct stepper_drive *drive;
};

struct stepper_rule {
    int local, order;     /* q: the local error that `pair` returns; p: the error */
    double of_difference; /* the error stated, for a difference of 1 between the runs: above
                             1 / (2^p - 1), what stiff parts need, whose order is lower */
    double remembered;    /* least error that is stated, of the largest so far: what turns
                             fast and decays slowly, both runs have damped alike */
    /* next = two steps of h / 2 from m; *local: the L1 local error of them. */
    bool (*pair)(struct stepper *stepper, double h, const double *m, double *next,
                 double *local, struct error *err);
    /* next = one step of h from m. */
    bool (*single)(struct stepper *stepper, double h, const double *m, double *next,
                   struct error *err);
};

struct stepper {
    struct propagator base;
    const struct stepper_rule *rule;
    struct stepper_system system;
    struct propagator_options options;
    double factored[2]; /* h that the factors belong to; below 0: none */
    double now;         /* of a drive: the run's time at which the present step begins */
    double *start, *m, *coarse, *next, *work[STEPPER_WORK]; /* [cells] */
};

/* Takes the system over, also when it fails. */
MUST_CHECK struct propagator *stepper_create(const struct stepper_rule *rule,
                                             const struct stepper_system *system,
                                             const struct propagator_options *options,
                                             struct error *err);
/* Of a chain in one dimension; generator is borrowed. */
MUST_CHECK struct propagator *stepper_create_line(const struct stepper_rule *rule,
                                                  const struct line_generator *generator,
                                                  const struct propagator_options *options,
                                                  struct error *err);
void stepper_destroy(struct propagator *base);
bool stepper_advance(struct propagator *base, const double *p0, size_t n, const double *t,
                     snapshot_sink sink, void *context, struct error *err);
/* x = (1 - h A)^-1 b with factors k (0: of the halves, 1: of the whole), made when h is
 * new; x may be b. Fails where they cannot be made. */
MUST_CHECK bool stepper_solve(struct stepper *stepper, int k, double h, const double *b,
                              double *x, struct error *err);
