/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dynamics: kinetic. The density of one parameter x and its velocity v,
 *     dp/dtau = -v dp/dx + d/dv[ (gamma v + L') p ] + gamma theta d2p/dv2,
 * (docs/theory.md 2.1, docs/numerics.md 7), as a table: solver/time/kinetic/kinetic with the
 * run's time, current, stationary law and coefficients on the grid of (x, v).
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

#include "solver/equation/equation.h"

extern const struct equation kinetic_equation;

/* Also what the walkers move by. */
struct kinetic_coefficients {
    double gamma, theta;
    double speed;                     /* tau per unit of the run's time */
    double velocity_scale;            /* 0: no SGD behind it (friction and temperature) */
    const struct model *model;        /* borrowed */
    struct coefficients coefficients; /* of the plane (x, v), per unit of the run's time;
                                         its self points to this struct: do not copy */
};
/* Fails (ERROR_SETTINGS with place) where the gradient's noise varies over the grid's x or
 * is nowhere. */
MUST_CHECK bool kinetic_coefficients_find(const struct setup *setup,
                                          struct kinetic_coefficients *law,
                                          struct error *err);
