/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The half cells of a 1-D grid: the coefficients sampled at 19 points a cell (upwards:
 * lower face from inside, 8 Gauss points, centre, 8 Gauss points, upper face from inside),
 * measured by half.h, with the zeros of D found by degenerate.h put in. "From inside" is a few
 * roundings off the face, so that a jump of D on a face is seen from both sides. Between a
 * wall at which the noise vanishes (line/wall.h) and the middle of the part of the grid that it
 * bounds, cells are weighed (line/weights.h). */
#pragma once

#include "grids/grid.h"
#include "solver/fv/line/half.h"
#include "solver/fv/line/wall.h"
#include "solver/model/coefficients.h"

/* The power law of p_st beside a wall,
 *     p_st = (|x - wall| + offset)^s times a smooth function,
 * for line/moments.h. side: on which side of the wall the cell lies, +-1; 0: there is no such
 * power. s = -inf: all of the cell's mass is on the wall. */
struct line_power {
    int side;
    double wall, offset, s;
};

/* Points of a cell: lower face from inside, Gauss points, centre, Gauss points, upper face
 * from inside. */
enum { CELL_CENTRE = GAUSS_POINTS + 1, CELL_POINTS = 2 * CELL_CENTRE + 1 };

struct line_cell {
    struct half lower, upper; /* towards the lower and the upper face */
    double phi[2];            /* potential at the two faces, from inside; 0 without one */
    double log_mean; /* ln of the mean of p_st / p_st(centre); 0 beside a zero of D */

    bool weighed; /* line/weights.h has set log_mean, log_resistance */
    /* ln of the resistance from the cell's mean of p / p_st to its lower and its upper
     * face, relative to p_st(centre) */
    double log_resistance[2];
    struct line_power power; /* beyond a closed wall, and beside a trap's */
    bool trap;    /* the cell's mass is all on its wall, which mass never leaves again */
    bool wall[2]; /* the noise vanishes at the lower, the upper face: ... */
    bool open[2]; /* ... and that can be reached */
};

/* cells[n] of the grid's only axis; freed with free(). end[2]: the walls at its two ends.
 * Fails when a coefficient is not finite or D is negative (ERROR_RUN, naming the point), or
 * without memory. */
MUST_CHECK struct line_cell *line_cells_create(const struct grid *grid,
                                               const struct coefficients *coefficients,
                                               struct line_wall end[2], struct error *err);
