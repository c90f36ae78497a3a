/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First passage of the 1-D chain of rates to a target: cells, absorbing ends, or both.
 *     mean time   A^T tau = -1  outside the target, tau = 0 on it,
 *     exit place  A^T P = 0     outside, P = 1 on one side of the target and 0 on the other
 * (Gardiner, Handbook of Stochastic Methods, 5.2.7; docs/theory.md 6.2). Outside the target
 * the cells form intervals, and an interval is left through its lower or its upper side
 * only.
 * With sinks (solver/fv/sinks.h) tau is the mean time until mass arrives or is killed, and the
 * probabilities to leave through a side are those to arrive there. Resets lead on: with tau_0
 * until mass arrives, is killed or is reset, and r the probability of the last,
 *     tau = tau_0 + r (to . tau_0) / (to . (1 - r)),    1 - r by the other ways to end.
 * The elimination along an interval adds and multiplies positive numbers and keeps them as
 * logarithms: relative accuracy of about 1e-13 in tau and in both probabilities, where they
 * are e^300 or e^-300, and for barriers whose exponential overflows. The target's edge is
 * the face, not the centre of the first target cell: second order in the cell width. */
#pragma once

#include "solver/fv/line/generator.h"

struct line_escape {
    const struct grid *grid; /* borrowed */
    size_t cells;
    bool *target; /* [cells] */
    /* The absorbing chain: no rate leads out of the target. Mass that reaches it stays in
     * the target cell it entered, or is lost behind an absorbing end. The rates at the
     * target's faces are half-cell rates. Ready for a propagator. */
    struct line_generator *absorbing;
    double *log_left, *log_right; /* [cells + 1] ln of its rates */
    /* [cells] ln tau and tau, the mean first-passage time from each cell: -inf and 0 on the
     * target, +inf where it may never be reached. */
    double *log_tau, *tau;
    /* [cells] ln of the probability to leave the cell's interval through the lower and
     * through the upper side; -inf on the target. */
    double *log_lower, *log_upper;
    /* [cells] ln of the probability to be killed, and to be reset before anything else. */
    double *log_killed, *log_reset;
};

/* Solves for tau and the exit probabilities. target[cells] (copied), or NULL: only the
 * absorbing ends. The generator's grid is borrowed. Fails (ERROR_SETTINGS) when there is
 * neither a target cell nor an absorbing end, or when every cell is a target. */
MUST_CHECK struct line_escape *line_escape_create(const struct line_generator *generator,
                                                  const bool *target, struct error *err);
void line_escape_destroy(struct line_escape *escape);

/* ln tau at the point x, by the cubic through the nearest four cell centres of its interval
 * (fewer in a shorter one); -inf on the target and outside the grid. */
double line_escape_log_time_at(const struct line_escape *escape, double x);
/* ln of the mean time from the density p[cells], normalised by its mass. */
double line_escape_log_time_from(const struct line_escape *escape, const double *p);

/* The interval of cells outside the target that holds cell i, which is no target: its first
 * cell and number of cells, counted upwards; on a ring it may lie across the seam. */
struct cell_run {
    size_t first, cells;
};
struct cell_run line_escape_interval(const struct line_escape *escape, size_t i);

/* Committor: log_b[cells] = ln P(B before A) and log_a[cells] = ln P(A before B) from every
 * cell; both are accurate relatively. A, B [cells] must not meet. An absorbing end counts
 * as neither: what leaves there reaches none. Fails (ERROR_SETTINGS) as line_escape_create. */
MUST_CHECK bool line_escape_committor(const struct line_generator *generator, const bool *A,
                                      const bool *B, double *log_a, double *log_b,
                                      struct error *err);
