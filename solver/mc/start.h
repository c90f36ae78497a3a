/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where walkers start: a point, a normal law, or the very density the finite volumes start
 * from. All of them set step, time, v and exit times back to the beginning. */
#pragma once

#include "grids/grid.h"
#include "solver/mc/walkers.h"

/* All at x[dims]. */
void walkers_start_point(struct walkers *walkers, const double *x);

/* N(mean, covariance), mean[dims], covariance = {xx} or {xx, xy, yy}; walls are ignored. */
void walkers_start_gaussian(struct walkers *walkers, const double *mean,
                            const double *covariance);

/* The law of cell averages p[cells] on the grid, drawn by uniform numbers u[3]. Fails as
 * walkers_start_density; grid and p are borrowed. */
struct start_law {
    const struct grid *grid;
    const double *p;
    double *cumulated; /* [cells + 1] mass of the cells before, of 1 */
};
MUST_CHECK bool start_law_init(struct start_law *law, const struct grid *grid,
                               const double *p, struct error *err);
void start_law_finish(struct start_law *law);
void start_law_draw(const struct start_law *law, const double u[3], double x[2]);

/* From cell averages p[cells] on the grid: the cell by the inverse distribution function of
 * the cell masses, the place in it from a linear density with the central slope (limited so
 * as not to be negative; in 2-D the product of two). So the walkers have the cell masses of
 * p. Negative p counts as 0; p need not be normalised. Fails on a density without mass, and
 * for want of memory. */
MUST_CHECK bool walkers_start_density(struct walkers *walkers, const struct grid *grid,
                                      const double *p, struct error *err);
