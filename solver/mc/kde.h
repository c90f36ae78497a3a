/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kernel density estimate by diffusion: counts on a fine uniform mesh, smoothed by the heat
 * kernel S_t that respects the walls (cosine transform at reflecting and absorbing ones,
 * Fourier transform on periodic domains). The mode of wave number k is multiplied by
 *     exp(-k^2 t / 2),   t = h^2,
 * h the bandwidth: improved Sheather-Jones (bandwidth.h); in 2-D that of each marginal
 * times N^(1/5 - 1/6), which turns the optimal power of N in 1-D to that in 2-D.
 *
 * The estimate is of S_t p, not of p: compare it with kde_smooth of the computed density,
 * and the smoothing bias cancels exactly. For pictures; tests use counts. */
#pragma once

#include "grids/grid.h"
#include "solver/mc/count.h"

struct kde; /* plans and work space; owned by one thread at a time */

/* 2^14 mesh cells over the grid's axis, or 512 x 512. The grid is borrowed. */
MUST_CHECK struct kde *kde_create(const struct grid *grid, struct error *err);
void kde_destroy(struct kde *kde); /* NULL is fine */

/* Counts the walkers and chooses the bandwidth; asks the monitor (NULL is fine) between
 * counting, transform and each bandwidth. ERROR_RUN: none is inside the grid;
 * ERROR_INTERRUPTED. */
MUST_CHECK bool kde_fit(struct kde *kde, const struct walkers *walkers,
                        const struct monitor *monitor, struct error *err);

/* The bandwidth h along dimension d, in units of x. */
double kde_bandwidth(const struct kde *kde, int d);

/* Cell averages density[cells] of the estimate f, normalised so that its mass is the part
 * of all walkers that is inside the grid, and their standard errors error[cells] = sqrt(Var
 * f),
 *     1-D  Var f = [ (S_{t/2} p) / (2 sqrt(pi) h) - (S_t p)^2 ] / N,
 *     2-D  Var f = [ (S_{t/2} p) / (4 pi hx hy)   - (S_t p)^2 ] / N,
 * with the sample's own S p. */
void kde_density(struct kde *kde, double *density, double *error);

/* smoothed = S_t p with the bandwidth of the last fit, mass kept; may alias p. */
void kde_smooth(struct kde *kde, const double *p, double *smoothed);
