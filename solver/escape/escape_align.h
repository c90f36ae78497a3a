/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A target whose edge lies inside a cell, in one variable: the face next to the edge is
 * moved onto it, so that the passage is to the edge that was asked for. */
#pragma once

#include "grids/grid.h"
#include "io/status.h"

/* part[cells] of each cell that lies in the target. *out: the grid with as many cells and
 * the target's edges on its faces; NULL where the parts do not tell the edges' places (two
 * edges in neighbouring cells, a cell cut twice). Owned by the caller. */
MUST_CHECK bool escape_align(const struct grid *grid, const double *part, struct grid **out,
                             struct error *err);
