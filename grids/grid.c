/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/grid.h"
#include <math.h>
#include <stdlib.h>

struct grid *grid_create(struct axis *x, struct axis *y, struct error *err) {
    struct grid *grid = array_create(1, sizeof *grid, err);
    if (grid == NULL) return axis_destroy(x), axis_destroy(y), NULL;
    grid->dims = y ? 2 : 1;
    grid->axis[0] = x, grid->axis[1] = y;
    const size_t rows = y ? y->cells : 1;
    if (__builtin_mul_overflow(x->cells, rows, &grid->cells)) grid->cells = (size_t)-1;
    grid->volume = array_create(grid->cells, sizeof *grid->volume, err);
    if (grid->volume == NULL) return grid_destroy(grid), NULL;
    for (size_t j = 0; j < rows; j++)
        for (size_t i = 0; i < x->cells; i++)
            grid->volume[i + j * x->cells] = x->width[i] * (y ? y->width[j] : 1);
    return grid;
}

typedef struct axis *(*axis_change)(const struct axis *, size_t by, struct error *);

static struct grid *change_axes(const struct grid *grid, axis_change change, size_t by,
                                struct error *err) {
    struct axis *x = change(grid->axis[0], by, err), *y = NULL;
    if (x == NULL) return NULL;
    if (grid->dims == 2 && !(y = change(grid->axis[1], by, err)))
        return axis_destroy(x), NULL;
    return grid_create(x, y, err);
}

struct grid *grid_coarsen(const struct grid *grid, size_t by, struct error *err) {
    return change_axes(grid, axis_coarsen, by, err);
}

bool grid_can_halve(const struct grid *grid) {
    bool even = true;
    for (int d = 0; d < grid->dims; d++)
        even &= grid->axis[d]->cells % 2 == 0 && grid->axis[d]->cells >= 8;
    return even;
}

bool grid_absorbs(const struct grid *grid) {
    return axis_absorbs(grid->axis[0]) || (grid->dims == 2 && axis_absorbs(grid->axis[1]));
}

struct grid *grid_refine(const struct grid *grid, size_t by, struct error *err) {
    return change_axes(grid, axis_refine, by, err);
}

void grid_points(const struct grid *grid, const double offset[2], double *const x[2]) {
    const struct axis *ax = grid->axis[0], *ay = grid->axis[1];
    for (size_t k = 0; k < grid->cells; k++) {
        const size_t i = k % ax->cells, j = k / ax->cells;
        x[0][k] = ax->centre[i] + offset[0] * ax->width[i];
        if (grid->dims == 2) x[1][k] = ay->centre[j] + offset[1] * ay->width[j];
    }
}

void grid_centres(const struct grid *grid, double *const x[2]) {
    grid_points(grid, (const double[2]){0, 0}, x);
}

void grid_some_centres(const struct grid *grid, size_t n, double *const x[2]) {
    static const double golden = 0.6180339887498949;
    for (size_t k = 0; k < n; k++) {
        const double part[2] = {(double)k / (double)n, fmod(golden * ((double)k + 0.5), 1)};
        for (int d = 0; d < grid->dims; d++) {
            const struct axis *axis = grid->axis[d];
            x[d][k] = axis->centre[(size_t)(part[d] * (double)axis->cells)];
        }
    }
}

void grid_destroy(struct grid *grid) {
    if (grid == NULL) return;
    free(grid->volume);
    axis_destroy(grid->axis[1]);
    axis_destroy(grid->axis[0]);
    free(grid);
}
