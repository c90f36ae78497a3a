/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SGD with momentum, whose state is (x, v), in the plane (X, V) of dynamics: kinetic. It is
 * a leapfrog: v belongs to the middle of the last step, and so X is taken there, as walkers
 * are shown (ensemble.h),
 *     X = x + eta v / 2,    V = scale v. */
#pragma once

#include "solver/equation/kinetic.h"

struct process;

/* In the place of process_sgd and process_gaussian for setups that are kinetic; grid: of
 * (X, V), not kept. Of setup the model is borrowed while the process lives. Fails as they do. */
MUST_CHECK struct process *law_kinetic_create(const struct setup *setup,
                                              const struct kinetic_coefficients *law,
                                              bool normal, const struct grid *grid,
                                              struct error *err);
