/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much a process stretches the cells of a grid: max |dT/dw|, in cells at the landing
 * point per cell at the start, by differences over a thousandth of a cell. Quotients over
 * 32 are jumps of T. Outcomes are matched by their place in the list. */
#pragma once

#include "grids/grid.h"
#include "solver/transfer/process.h"

/* From one cell. */
struct stretch {
    double most[2]; /* largest |dT/dw| along each variable, in cells per cell */
    double uneven;  /* largest ||dT/dw| - 1|, as lengths: 0 where points are moved alike */
};
/* From the cell j. outcome: room for 2 process->most. Fails with the process's error. */
MUST_CHECK bool stretch_of_cell(const struct process *process, const struct grid *grid,
                                size_t j, void *scratch, struct outcome *outcome,
                                struct stretch *out, struct error *err);
/* Into how many parts a cell is cut that is stretched so: 1 up to 1.5. */
size_t stretch_parts(double stretch);
