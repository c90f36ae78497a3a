/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which method in time `auto` takes in one variable with normal noise; the list of them is
 * in solver/equation/line.c. */
#pragma once

#include "solver/time/propagator.h"

struct line_generator;

/* A typical cell Peclet number,
 *     (median over the faces of |b| h) / (largest D);   inf without noise.
 * Above some 2 the cells are too wide for the noise nearly everywhere: the numerical
 * diffusion |b| h / 2 of upwinding exceeds D. */
double propagator_peclet(const struct line_generator *);
/* The method that `auto` takes on resolved cells, and why (a sentence for the summary):
 * contour, or transport where there is no noise at all. */
const struct propagator_method *propagator_choose(const struct line_generator *,
                                                  const struct coefficients *,
                                                  char why[256]);
