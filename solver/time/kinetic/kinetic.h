/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kinetic (Kramers, underdamped) equation of one parameter x and its velocity v,
 *     dp/dt = -v dp/dx + d/dv[ (gamma v + L'(x)) p ] + gamma theta d2p/dv2,
 * with the stationary law exp(-(v^2/2 + L) / theta). A step of length h is the splitting
 *     B(h/2) A(h/2) O(h) A(h/2) B(h/2)        (Leimkuhler & Matthews, AMRX 2013, 34)
 *     B  shift in v by -L' h/2            conservative, positive, order 7 (shift.h)
 *     A  shift in x by v h/2              the same
 *     O  Ornstein-Uhlenbeck step in v     conservative, order 8 for any h (friction.h).
 * It is of second order in h, with an error in even powers of h; runs with steps of 2 h and
 * h are extrapolated to fourth order. Mass is conserved. The order in the cells is 7 where
 * they resolve p, and 2 where density lies at a wall at which L' is not 0 (p has an edge
 * there). Values below 0 come where cells do not resolve p. While stepping, values belong
 * to cell centres; averages of the cells go in and come out, of eighth order. Ends in x:
 * reflecting (v -> -v) or periodic; in v what would leave stays in the last cell.
 *
 * Momentum SGD v <- mu v + g, x <- x - eta v with Var g = s2 (docs/theory.md 2.1): one step
 * takes the time sqrt(eta), and
 *     V = -sqrt(eta) v,   gamma = (1 - mu) / sqrt(eta),   theta = eta s2 / (2 (1 - mu)). */
#pragma once

#include "grids/grid.h"
#include "solver/time/propagator.h"

struct kinetic_law {
    double gamma, theta;   /* friction, 1/time; temperature, of L */
    double time_per_step;  /* sqrt(eta) */
    double velocity_scale; /* V = velocity_scale v: -sqrt(eta) */
};
/* The formulas above. eta > 0, 0 <= mu < 1, variance = s2 >= 0 of the batch's gradient. */
struct kinetic_law kinetic_from_sgd(double eta, double mu, double variance);

struct kinetic_options {
    double gamma, theta;           /* >= 0, > 0 */
    double step;                   /* largest time step h; 0: from the tolerance */
    double tolerance;              /* wanted L1 error in time */
    const struct monitor *monitor; /* may be NULL */
};

struct kinetic {
    double step; /* as used last */
    int64_t steps;
    double at_edge; /* largest mass ever in the first and last v cells; should be nothing */
    struct kinetic_parts *parts;
};

/* grid: x uniform, reflecting or periodic; v uniform and symmetric about 0, reflecting;
 * borrowed. slope[x cells] = L' at the x centres (copied). Fails (ERROR_SETTINGS) with a
 * sentence on another grid or bad numbers. */
MUST_CHECK struct kinetic *kinetic_create(const struct grid *grid, const double *slope,
                                          const struct kinetic_options *options,
                                          struct error *err);
void kinetic_destroy(struct kinetic *kinetic);
/* As propagator_method.advance. time_error: a quarter of the difference from what runs with
 * steps of 4 h and 2 h give, also with a fixed step. */
MUST_CHECK bool kinetic_advance(struct kinetic *kinetic, const double *p0, size_t n,
                                const double *t, snapshot_sink sink, void *context,
                                struct error *err);
