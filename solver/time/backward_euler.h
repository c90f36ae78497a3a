/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Backward Euler, (1 - h A) m_{n+1} = m_n: first order, and because 1 - h A is an M-matrix
 * whose columns sum to 1, positive and conservative for any h. The plain reference. Its
 * error is that of stepper.h. */
#pragma once

#include "solver/time/propagator.h"

extern const struct propagator_method backward_euler_method;
