/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Backward Euler in two dimensions,
 *     (1 - h A) m_{n+1} = m_n,   m the masses of the cells:
 * first order, and never negative at any step, since 1 - h A is an M-matrix. The plain
 * reference beside krylov. */
#pragma once

#include "solver/fv/generator2.h"
#include "solver/time/propagator.h"

extern const struct propagator_method backward_euler2_method;

/* The generator is borrowed.
 *   options->step > 0  equal steps, none longer, that land on the wanted times. The error
 *                      is the sum over the steps of their local errors,
 *                          h |A (m_{n+1} - m_n)|_1 / 2,
 *                      which exp(tA) does not amplify.
 *   options->step = 0  the number of steps of an interval is doubled until its share of the
 *                      tolerance is met. */
MUST_CHECK struct propagator *
backward_euler2_create(const struct generator2 *generator,
                       const struct propagator_options *options, struct error *err);
