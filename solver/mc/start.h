/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where walkers start: a point, a normal law, or the very density the finite volumes start
 * from. All of them set step, time, v and exit times back to the beginning. */
#pragma once

#include "grids/grid.h"
#include "solver/mc/walkers.h"

void walkers_start_point(struct walkers *walkers, const double *x);

/* N(mean, covariance), covariance = {xx} or {xx, xy, yy}. Knows nothing of walls. */
void walkers_start_gaussian(struct walkers *walkers, const double *mean,
                            const double *covariance);

/* From cell averages p[cells]: the cell by the inverse of its distribution function, inside
 * it from the linear density of the central slope (limited so as not to be negative; in 2-D
 * the product of two), so that cell masses are those of p exactly. Negative p counts as 0;
 * p need not be normalised. Fails on a density without mass, and for want of memory. */
MUST_CHECK bool walkers_start_density(struct walkers *walkers, const struct grid *grid,
                                      const double *p, struct error *err);
