/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SDIRK4: L-stable singly diagonally implicit Runge-Kutta method of order 4 in five stages
 * with an embedded method of order 3; E. Hairer & G. Wanner, Solving Ordinary Differential
 * Equations II, 2nd ed., table IV.6.5 (6.16). Every stage solves (1 - h A / 4) Y = b.
 * Conservative; not positive at large steps. The embedded method controls the steps; the
 * error is that of stepper.h. */
#pragma once

#include "solver/time/propagator.h"

extern const struct propagator_method sdirk_method;
