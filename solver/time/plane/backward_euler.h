/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Backward Euler in two dimensions,
 *     (1 - h A) m_{n+1} = m_n,   m the masses of the cells:
 * first order, and never negative at any step, since 1 - h A is an M-matrix. The plain
 * reference beside krylov. */
#pragma once

#include "solver/fv/plane/generator.h"
#include "solver/time/propagator.h"

extern const struct propagator_method plane_backward_euler_method;

/* Steps and their error as in one dimension (stepper.h): a run with half as many steps goes
 * beside. options->step > 0: equal steps, none longer, that land on the wanted times; 0: as
 * the tolerance asks. generator is borrowed. */
MUST_CHECK struct propagator *
plane_backward_euler_create(const struct plane_generator *generator,
                            const struct propagator_options *options, struct error *err);
