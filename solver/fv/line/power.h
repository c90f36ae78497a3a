/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The power w = (t + offset)^s that p_st has at a wall where the noise vanishes (line/cells.h),
 * over one cell of width h: what line/moments.h needs of it. */
#pragma once

#include "grids/grid.h"
#include "solver/fv/line/cells.h"

enum { POWER_MOMENTS = 6 };

struct power_cell {
    struct line_power power;
    double average; /* of w over the cell */
    /* Means of xi^k weighted by w, xi = (x - centre) / h; where all mass is on the wall, of
     * xi = +-1/2 at that face. */
    double mean[POWER_MOMENTS];
};

/* Average and moments of w over a cell of the axis, by the 8-point rule. */
struct power_cell power_cell_over(const struct gauss *gauss, const struct axis *axis,
                                  const struct line_power *power, size_t cell);
