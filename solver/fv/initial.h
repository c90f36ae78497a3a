/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cell averages of initial densities: exact where the integral over a cell is known (normal
 * laws by differences of erfc, accurate in the far tails; uniform laws; points),
 * by cell_means.h otherwise. Every density is normalised to mass 1
 * on the grid; how much of the stated law lies outside is reported. */
#pragma once

#include "grids/grid.h"

/* One normal law N(mean, std^2), in 2-D with a correlation in (-1, 1); in a mixture with a
 * weight >= 0, of any scale. */
struct gaussian {
    double weight, mean[2], std[2], correlation;
};
/* p[cells]: cell averages of the mixture of law[count]. *outside: mass of the stated law
 * beyond the grid's ends (on a periodic axis it is wrapped around). Fails (ERROR_SETTINGS)
 * on parameters out of range, or when none of it lies on the grid. */
MUST_CHECK bool initial_gaussians(const struct grid *grid, size_t count,
                                  const struct gaussian *law, double *p, double *outside,
                                  struct error *err);
/* Constant on [lo, hi] (a rectangle in 2-D); lo[dims], hi[dims]. */
MUST_CHECK bool initial_uniform(const struct grid *grid, const double *lo, const double *hi,
                                double *p, double *outside, struct error *err);
/* All mass at the point at[dims]: shared between the nearest cells so that the mean is
 * exact. */
MUST_CHECK bool initial_point(const struct grid *grid, const double *at, double *p,
                              struct error *err);
/* Any density: evaluate gives density[n] >= 0, finite, at n points x[d][n]; its scale does
 * not matter. */
struct density_function {
    bool (*evaluate)(const void *self, size_t n, const double *const *x, double *density,
                     struct error *err);
    const void *self;
};
/* p[cells]: cell averages (cell_means.h). Fails as evaluate does, and (ERROR_SETTINGS)
 * on values below 0 or not finite, or without any mass. */
MUST_CHECK bool initial_density(const struct grid *grid, const struct density_function *f,
                                double *p, struct error *err);
/* The same without the last step: of any mass, also 0. */
MUST_CHECK bool initial_density_means(const struct grid *grid,
                                      const struct density_function *f, double *p,
                                      struct error *err);
