/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dynamics: kinetic. The density of one parameter x and its velocity v,
 *     dp/dtau = -v dp/dx + d/dv[ (gamma v + L') p ] + gamma theta d2p/dv2,
 * as the evolution of a run: solver/time/kinetic/kinetic with the run's time, current, stationary
 * law and coefficients on the grid of (x, v).
 *
 * This is the one place where the run's time t and SGD's velocity are turned into tau and
 * v,
 *     tau = speed t,   v = velocity_scale v_SGD.
 * Of SGD with heavy-ball momentum (docs/theory.md 2.1)
 *     gamma = (1 - mu) / sqrt(eta),      theta = eta C_B / (2 (1 - mu)),
 *     tau = sqrt(eta) per step,          velocity_scale = -sqrt(eta).
 * The averaging form v <- mu v + (1 - mu) g is that of rate eta (1 - mu) and velocity
 * v / (1 - mu). */
#pragma once

#include "solver/fv/line/generator.h"
#include "solver/settings/setup.h"
#include "solver/time/kinetic/kinetic.h"

struct phase_law {
    double gamma, theta;
    double speed;                     /* tau per unit of the run's time */
    double velocity_scale;            /* 0: no SGD behind it (friction and temperature) */
    const struct model *model;        /* borrowed */
    struct coefficients coefficients; /* of the plane (x, v), per unit of the run's time;
                                         its self points to this struct: do not copy */
};
/* Fails (ERROR_SETTINGS with place) where the gradient's noise varies over the grid's x or
 * is nowhere. */
MUST_CHECK bool phase_law_find(const struct setup *setup, struct phase_law *law,
                               struct error *err);

struct phase {
    struct propagator base; /* first: a propagator destroys it */
    const struct grid *grid;
    struct phase_law law;
    const struct coefficients *line; /* of the overdamped equation, borrowed */
    struct kinetic *kinetic;
    double *slope;   /* [nx] L' at the centres */
    double *maxwell; /* [nv] ln of the cell averages of the law of v */
};

/* line: coefficients of the same model without inertia, whose stationary law is that of
 * x. */
MUST_CHECK struct phase *phase_create(const struct setup *setup, const struct grid *grid,
                                      const struct coefficients *line,
                                      const struct propagator_options *options,
                                      struct error *err);
/* The current through the faces normal to x, x[nv][nx + 1], and to v, v[nv + 1][nx], per
 * unit of the run's time. */
void phase_flux(const struct phase *, const double *p, double *x, double *v);
/* Of the dissipative current in v,
 *     J = -gamma v p - gamma theta dp/dv,   which is 0 in the stationary state:
 * *relative its largest |J| relative to both terms taken apart, and
 *     *entropy_production = Integral J^2 / (gamma theta p) dx dv   per unit of the run's
 * time. */
void phase_dissipation(const struct phase *, const double *p, double *relative,
                       double *entropy_production);
/* The stationary law exp(-(v^2/2 + L)/theta) / Z in cell averages; fails for want of memory
 * only. */
MUST_CHECK bool phase_stationary(const struct phase *, struct stationary *out,
                                 struct error *err);
