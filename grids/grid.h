/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tensor grid of one or two axes. Cell (i, j) has index i + j * axis[0]->cells: x runs
 * fastest, so an array p[cells] is p[ny][nx] in C order, as the file has it. */
#pragma once

#include "grids/axis.h"

struct grid {
    int dims;             /* 1 or 2 */
    struct axis *axis[2]; /* owned; axis[1] is NULL in 1-D */
    size_t cells;         /* product of the axes' cells */
    double *volume;       /* volume[cells]: widths or areas */
};

/* Takes over the axes (also on failure, when it destroys them). y is NULL in 1-D. */
MUST_CHECK struct grid *grid_create(struct axis *x, struct axis *y, struct error *err);
/* Every by-th face of every axis. */
MUST_CHECK struct grid *grid_coarsen(const struct grid *grid, size_t by, struct error *err);
/* Has every axis an even number of cells, and at least 8, for a grid of half of them? */
bool grid_can_halve(const struct grid *grid);
/* Does an end of an axis absorb? */
bool grid_absorbs(const struct grid *grid);
/* Every cell of every axis cut into `by` equal ones (by x by in 2-D). */
MUST_CHECK struct grid *grid_refine(const struct grid *grid, size_t by, struct error *err);
/* x[d][cells]: one point of every cell, `offset` widths (-1/2 to 1/2) from its centre. x[1]
 * is not touched in 1-D. */
void grid_points(const struct grid *grid, const double offset[2], double *const x[2]);
/* The same with offset 0. */
void grid_centres(const struct grid *grid, double *const x[2]);
/* n of the centres, x[d][n], spread over the whole grid: every so many along x, and as evenly
 * along y by the golden ratio. */
void grid_some_centres(const struct grid *grid, size_t n, double *const x[2]);
void grid_destroy(struct grid *grid);
