/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The power w = (t + offset)^s that p_st has at a wall where the noise vanishes (cells1.h),
 * over one cell of width h: what moments1.h needs of it. */
#pragma once

#include "grids/grid.h"
#include "solver/fv/cells1.h"

enum { POWER_MOMENTS = 6 };

struct power_cell {
    struct power1 power;
    double average;             /* of w over the cell */
    double mean[POWER_MOMENTS]; /* over w, of xi^k, xi = (x - centre) / h; all mass on the
                                   wall: at that face */
};

struct power_cell power_cell_over(const struct gauss *gauss, const struct axis *axis,
                                  const struct power1 *power, size_t cell);
