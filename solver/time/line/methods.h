/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The methods in one variable with normal noise: their table, and which of them `auto`
 * takes. A new method is a pair of files that ends in one const struct propagator_method,
 * and its address in the table. */
#pragma once

#include "solver/time/propagator.h"

/* NULL-terminated: contour, backward_euler, sdirk, transport. */
extern const struct propagator_method *const propagator_methods[];
/* The method of that name, or NULL. */
const struct propagator_method *propagator_find(const char *name);
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

/* A propagator of the method; advance and destroy by its table. As the members above. */
