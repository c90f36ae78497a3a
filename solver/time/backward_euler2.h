/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Backward Euler in two dimensions, (I - h A) p_new = p_old: first order, and never
 * negative at any step, since I - h A is an M-matrix. The plain reference beside krylov. */
#pragma once

#include "solver/fv/generator2.h"
#include "solver/time/propagator.h"

extern const struct propagator_method backward_euler2_method;

/* options->step > 0: equal steps, none longer, that land on the wanted times; the error
 * reported is the sum of h |A (p_new - p_old)|_1 / 2 over the steps (their local errors; A
 * does not amplify them). step = 0: the steps of an interval are doubled until the
 * tolerance's share is met. generator is borrowed. */
MUST_CHECK struct propagator *
backward_euler2_create(const struct generator2 *generator,
                       const struct propagator_options *options, struct error *err);
