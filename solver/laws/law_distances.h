/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How far two laws on one grid are apart, p and q cell averages, F and G the masses below x:
 *     L1   Sum |p - q| V
 *     KS   max |F - G| over the faces, as of walkers and density (mc/compare.h)
 *     W1   integral |F - G| dx, Wasserstein's distance: how far mass has to be carried, on
 *          the mean
 * In two variables KS and W1 are the larger ones of the two marginals'. Mass that is
 * absorbed counts as lying beyond the upper end. */
#pragma once

#include "grids/grid.h"

struct law_distances {
    double l1, ks, w1;
};
/* Fails for want of memory. */
MUST_CHECK bool law_distances(const struct grid *grid, const double *p, const double *q,
                              struct law_distances *out, struct error *err);
