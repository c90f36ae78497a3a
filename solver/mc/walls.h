/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What walls do to a block of walkers after a step from x0 to x1, per coordinate:
 *   reflecting  x1 is folded back (2 lo - x1, ...), its velocity turned round. For Euler's
 *               scheme this is weak order 1/2, in a layer of width sqrt(2 D h) at the wall
 *   periodic    x1 is wrapped into [lo, hi)
 *   absorbing   a path is absorbed when x1 is beyond the wall w; for Brownian steps of
 *               variance b^2 h also with the probability
 *                   exp(-2 (x0 - w) (x1 - w) / (b^2 h))
 *               that the Brownian bridge from x0 to x1 touched w (Gobet 2000). */
#pragma once

#include <stddef.h>

/* Of a block x[512]. Folds until lo <= x <= hi; a side at infinity is open. v may be
 * NULL. */
void walls_reflect(double lo, double hi, double *x, double *v);
/* x <- lo or hi where it is beyond and finite; infinite x are absorbed walkers. */
void walls_hold(double lo, double hi, double *x);
/* x <- x modulo hi - lo, into [lo, hi). */
void walls_wrap(double lo, double hi, double *x);

/* Lanes whose path from x0 to x1 met the wall and that are alive (exit_time INFINITY) get
 * exit_time = time and x1 = +-INFINITY. upper: the wall is above the domain. variance: b^2
 * h for the bridge, u: uniforms in (0, 1); both NULL: no bridge. */
void walls_absorb(double wall, int upper, const double *x0, double *x1,
                  const double *variance, const double *u, double time, double *exit_time);

/* Can the bridge from x0 to x1 have touched the wall in any lane? Not where the probability
 * is below 2^-54, less than any uniform number: then these need not be drawn. */
int walls_near(double wall, const double *x0, const double *x1, const double *variance);

/* Lanes that were dead before `time` get back x0 (and v = 0; v may be NULL). */
void walls_keep_dead(double time, const double *exit_time, const double *x0, double *x,
                     double *v);
