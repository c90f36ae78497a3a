/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cell beside a wall that mass does not come back from counts as on the wall (line/cells.h).
 * What the start puts into it is lost to the dynamics, on coarser cells too, so that no two
 * grids differ by it: a rare allele in the first cell would never be fixed. */
#pragma once

#include "solver/settings/setup.h"

/* Largest over the two ends that hold mass of  m sqrt(d / h):  m the start's mass in the end cell
 * of the grid, d its mean distance from the wall, h the width of the user's cell there. The root,
 * for what is near the wall can grow away from it. 0 where there is no such end; what lies in the
 * first of 2^21 cells is on the wall. */
MUST_CHECK bool start_on_wall(const struct setup *setup, const struct grid *grid,
                              const bool holds[2], double *error, struct error *err);
