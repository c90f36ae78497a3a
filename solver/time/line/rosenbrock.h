/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dm/dt = A(t) m by Rodas5P (Steinebach, BIT 63, 27 (2023)), a stiffly accurate, L-stable
 * Rosenbrock method of order 5 with 8 stages, whose order parabolic equations do not reduce.
 * One factorisation serves a step:
 *     u_i = gamma (1 - gamma h A_n)^-1 [ h A(t + c_i h) (m + Sum_j a_ij u_j) + Sum_j C_ij u_j
 *                                        + d_i h^2 A'(t) m ],       A_n = A(t),  j < i,
 *     m(t + h) = m + Sum_j a_8j u_j + u_8,        local error u_8.
 * Columns of A and A' sum to minus what leaves, so that each u_i changes the mass by what
 * leaves alone. Not positive: negative parts are of the size of the error. Step control, and
 * the error by two runs, are those of stepper.h. */
#pragma once

#include "solver/time/line/work.h"

/* Of a system with a drive. */
extern const struct stepper_rule rosenbrock_rule;
/* The sentence of the method, on the line and in the plane. */
extern const char rosenbrock_description[];
/* Of the chain, which is taken over, also where it fails: as stepper_create. */
MUST_CHECK struct propagator *
rosenbrock_propagator(const struct work_chain *chain,
                      const struct propagator_options *options, struct error *err);
/* For a line_generator and coefficients, which may depend on time (drive.h). */
extern const struct propagator_method rosenbrock_method;
