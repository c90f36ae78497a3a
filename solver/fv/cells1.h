/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The half cells of a 1-D grid: the coefficients sampled at 19 points a cell (upwards:
 * lower face from inside, 8 Gauss points, centre, 8 Gauss points, upper face from inside),
 * measured by half.h, with the zeros of D found by gate.h put in. "From inside" is a few
 * roundings off the face, so that a jump of D on a face is seen from both sides. */
#pragma once

#include "grids/grid.h"
#include "solver/fv/half.h"
#include "solver/model/coefficients.h"

struct cell1 {
    struct half lower, upper; /* towards the lower and the upper face */
    double phi[2];            /* potential at the two faces, from inside; 0 without one */
    double log_mean; /* ln of the cell average of p_st / p_st(centre); 0 beside a gate */
};

/* cells[n] of the grid's only axis; freed with free(). Fails when a coefficient is not
 * finite or D is negative (ERROR_RUN, naming the point), or without memory. */
MUST_CHECK struct cell1 *cells1_create(const struct grid *grid,
                                       const struct coefficients *coefficients,
                                       struct error *err);
