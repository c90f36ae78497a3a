/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The time loop of a splitting (Strang 1968, SIAM J. Numer. Anal. 5): equal steps from one
 * wanted time to the next, in runs beside each other with steps of H, H/2, ..., H/parts,
 * whose differences tell the error. Where no step is given, pilot runs look for the longest
 * one that meets the tolerance at every wanted time. */
#pragma once

#include "solver/time/propagator.h"

/* What a splitting does; self is its own state and holds all runs. */
struct strang_method {
    int parts;     /* steps of the finest run in one of the coarsest */
    int order;     /* of the error in the step, as the pilots take it: 2 or 4 */
    double safety; /* a new step is this part of what that order promises */
    /* All runs begin at p0[cells]. */
    void (*start)(void *self, const double *p0);
    /* All runs go on, the coarsest by n steps of length H. */
    bool (*walk)(void *self, double H, size_t n, struct error *err);
    /* Estimated L1 error of what the runs hold now. */
    double (*error)(const void *self);
    /* A step of the finest run that is small beside the drift, for a time `end`; the runs
     * may be used. */
    double (*first_step)(void *self, const double *p0, double end);
    /* Hands snapshot k on, at time t. p0: the start. */
    bool (*emit)(void *self, size_t k, double t, const double *p0, snapshot_sink sink,
                 void *context, struct error *err);
};

/* *step: of the finest run, such that the error is at most the tolerance at t[0 .. n - 1],
 * or the best one tried where a shorter one no longer helps. */
MUST_CHECK bool strang_choose_step(const struct strang_method *, void *self,
                                   double tolerance, const double *p0, size_t n,
                                   const double *t, double *step, struct error *err);
/* As propagator_method.advance, with steps of the finest run of at most `step`. tolerance:
 * named where there would be too many steps. Fails (ERROR_RUN) there, and as the method
 * does. */
MUST_CHECK bool strang_advance(const struct strang_method *, void *self, double step,
                               double tolerance, const double *p0, size_t n,
                               const double *t, snapshot_sink sink, void *context,
                               struct error *err);
