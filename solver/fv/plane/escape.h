/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First passage of the 2-D chain of rates to a target: cells, absorbing walls, or both
 * (plane/target.h has the absorbing chain A, with m the masses of its cells):
 *     mean time     A^T tau = -1,
 *     exit place    A^T P = -(rates out through the places that count),
 *     occupation    A T = -m_0: mean time spent in each cell, from m_0; times the rates
 *                   out it gives the law of the exit place.
 * All by elimination without subtraction (elimination.h): relative accuracy of about 1e-12
 * in every tau and every probability, for barriers up to e^600, where LU has nothing left
 * beyond e^30. */
#pragma once

#include "solver/fv/plane/target.h"
#include "solver/linalg/elimination.h"

struct plane_escape {
    const struct grid *grid; /* borrowed */
    size_t cells;
    struct plane_target target;
    struct elimination *chain; /* of the cells outside that reach the target; z = 0 */
    /* [cells] mean first-passage time from each cell: 0 on the target; inf where it may
     * never be reached. With killing until mass arrives or is killed. */
    double *tau;
    /* With resets: [cells] mean times spent in the cells by mass from where resets lead to,
     * until it arrives, is killed or is reset, and 1 / P(not reset). */
    double *from_return, returns;
};

/* target[cells], or NULL: only absorbing walls. Fails as plane_target_cut does, and (ERROR_RUN)
 * beyond the range of doubles. */
MUST_CHECK struct plane_escape *plane_escape_create(const struct plane_generator *generator,
                                                    const bool *target, struct error *err);
void plane_escape_destroy(struct plane_escape *escape);

/* ln tau at the point x, by the bicubic through the nearest 4 x 4 cell centres outside the
 * target (3 x 3, ... where there are not so many); -inf on the target and outside the
 * grid. */
double plane_escape_log_time_at(const struct plane_escape *escape, const double x[2]);
/* ln of the mean time from the density p[cells], normalised by its mass. */
double plane_escape_log_time_from(const struct plane_escape *escape, const double *p);

/* Probability to leave through each place: P[target.places], from the part of the density
 * p[cells] that lies outside the target. The sum is 1 unless there are places from which
 * the target is never reached. Fails (ERROR_SETTINGS) when no mass lies outside. */
MUST_CHECK bool plane_escape_places(const struct plane_escape *escape, const double *p,
                                    double *P, struct error *err);
/* P[cells]: probability to leave through the places with counts[target.places]; 0 on the
 * target. */
MUST_CHECK bool plane_escape_reach(const struct plane_escape *escape, const bool *counts,
                                   double *P, struct error *err);

/* Committor: to_b[cells] = P(B before A) and to_a[cells] = P(A before B) from every cell;
 * both are accurate relatively. A, B [cells] must not meet. An absorbing wall counts as
 * neither: what leaves there reaches none. Fails as plane_escape_create. */
MUST_CHECK bool plane_escape_committor(const struct plane_generator *generator,
                                       const bool *A, const bool *B, double *to_a,
                                       double *to_b, struct error *err);
