/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Backward Euler,
 *     (1 - h A) m_{n+1} = m_n:
 * first order. 1 - h A is an M-matrix whose columns sum to 1, so that it is positive and
 * conservative for any h (docs/numerics.md 2.3). The plain reference; its error is that of
 * stepper.h. */
#pragma once

#include "solver/time/line/stepper.h"

extern const struct propagator_method backward_euler_method;
extern const struct stepper_rule plane_backward_euler_rule; /* of the plane */
