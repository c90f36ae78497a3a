/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First passage of the 1-D chain of rates to a target: cells, absorbing ends, or both.
 *     mean time   A^T tau = -1  outside the target, tau = 0 on it,
 *     exit place  A^T P = 0     outside, P = 1 on one side of the target and 0 on the other
 * (Gardiner, Handbook of Stochastic Methods, 5.2.7; theory.md 6.2). Outside the target the
 * cells form intervals, and an interval is left through its lower or its upper side only.
 * The elimination along an interval adds and multiplies positive numbers and keeps them as
 * logarithms: relative accuracy of about 1e-13 in tau and in both probabilities, where they
 * are e^300 or e^-300, and for barriers whose exponential overflows. The target's edge is
 * the face, not the centre of the first target cell: second order in the cell width. */
#pragma once

#include "solver/fv/generator1.h"

struct escape1 {
    const struct grid *grid; /* borrowed */
    size_t cells;
    bool *target; /* [cells] */
    /* The chain with the target made inert: no rate leads out of it, so that mass which
     * reached it stays in the target cell it entered (behind an absorbing end: is lost).
     * Made of half-cell rates at the target's faces; ready for a propagator. */
    struct generator1 *absorbing;
    double *log_left, *log_right;  /* [cells + 1] its rates as logarithms */
    double *log_tau, *tau;         /* [cells] mean first-passage time from each cell;
                                      -inf and 0 on the target, +inf where there are places
                                      from which it is never reached */
    double *log_lower, *log_upper; /* [cells] ln of the probability to leave its interval
                                      through the lower and through the upper side; on the
                                      target -inf */
};

/* target[cells], or NULL: only the absorbing ends. Fails (ERROR_SETTINGS) when there is
 * neither a target cell nor an absorbing end, or when every cell is a target. */
MUST_CHECK struct escape1 *escape1_create(const struct generator1 *generator,
                                          const bool *target, struct error *err);
void escape1_destroy(struct escape1 *escape);

/* ln tau at the point x, by the cubic through the nearest four cell centres of its interval
 * (fewer in a shorter one); -inf on the target and outside the grid. */
double escape1_log_time_at(const struct escape1 *escape, double x);
/* ln of the mean time from the density p[cells], normalised by its mass. */
double escape1_log_time_from(const struct escape1 *escape, const double *p);

/* The interval of cells outside the target that holds cell i (not a target): first cell and
 * number of cells, counted upwards, on a ring across its seam. */
struct cell_run {
    size_t first, cells;
};
struct cell_run escape1_interval(const struct escape1 *escape, size_t i);

/* Committor: probability to reach B before A, and its complement, from every cell, as
 * logarithms (both keep their relative accuracy). A, B [cells] must not meet; an absorbing
 * end counts as neither, what leaves there reaches none. log_a, log_b [cells]. */
MUST_CHECK bool escape1_committor(const struct generator1 *generator, const bool *A,
                                  const bool *B, double *log_a, double *log_b,
                                  struct error *err);
