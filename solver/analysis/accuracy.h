/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * accuracy: estimate. The same problem, by the same method, on the grids of half and a
 * quarter of the cells (every second and fourth face). With R the averages over the coarse
 * cells and P conservative and quadratic,
 *     q = log2( |R p_2h - p_4h|_1 / |R p_h - p_2h|_1 )          the observed order,
 *     error        = |R p_h - p_2h|_1 / (2^q - 1),
 *     extrapolated = p_h + P (R p_h - p_2h) / (2^q - 1).
 * Between 1.5 and 2.5, q = 2 is taken: the scheme's own order, whose extrapolation is of
 * fourth order (Richardson). Below 3/4, or without a number, nothing is extrapolated, and
 * the error is that of order 1/2. */
#pragma once

#include "solver/analysis/observe.h"
#include "solver/equation/evolution.h"

/* Observed orders below it are none: nothing is extrapolated, and the error is that of order
 * 1/2. */
#define ACCURACY_LEAST_ORDER 0.75

struct accuracy;

struct space_error {
    double l1;    /* estimated L1 error of the density in space */
    double order; /* q; not a number where a difference is 0 */
};

/* The coarse problems beside the grid `fine`; method and tolerance are the same on all.
 * Setup and fine grid are borrowed. Fails as evolution_create. */
MUST_CHECK struct accuracy *accuracy_create(const struct setup *setup,
                                            const struct grid *fine,
                                            const struct evolution_options *options,
                                            struct error *err);
void accuracy_destroy(struct accuracy *accuracy);

/* Advances the coarse densities over one batch of snapshots (as evolution_advance) and
 * keeps them for accuracy_estimate. */
MUST_CHECK bool accuracy_advance(struct accuracy *, size_t interval, double origin,
                                 size_t n, const double *t, struct error *err);
/* Snapshot k of that batch (k < n; or the start, when nothing was advanced yet) against the
 * fine density p[cells]; extrapolated[cells]. */
struct space_error accuracy_estimate(const struct accuracy *, size_t k, const double *p,
                                     double *extrapolated);
/* The same for the stationary density; false when a coarse grid has none. */
MUST_CHECK bool accuracy_stationary(const struct accuracy *, size_t interval,
                                    const double *p, double *extrapolated,
                                    struct space_error *error, struct error *err);
