/* SPDX-License-Identifier: GPL-3.0-or-later
 * Grids of any spacing for the tests of laws and densities on cells. A file says in `shape`
 * (about, scale, ratio) how its uneven axes are spaced. */
#pragma once

#include "grids/grid.h"
#include <check.h>

static const struct axis_spec shape;

static inline struct axis *axis_of(enum spacing spacing, size_t n, double lo, double hi,
                                   enum boundary ends) {
    struct error err = {0};
    struct axis_spec spec = shape;
    spec.spacing = spacing, spec.cells = n, spec.lo = lo, spec.hi = hi;
    spec.boundary[0] = spec.boundary[1] = ends;
    struct axis *axis = axis_create(&spec, &err);
    ck_assert_msg(axis != NULL, "%s", err.message);
    return axis;
}

static inline struct grid *line(enum spacing spacing, size_t n, double lo, double hi) {
    struct error err;
    return grid_create(axis_of(spacing, n, lo, hi, REFLECTING), NULL, &err);
}

/* Uneven along x, even along y. */
static inline struct grid *plane_of(size_t nx, const double x[2], size_t ny,
                                    const double y[2]) {
    struct error err;
    return grid_create(axis_of(SPACING_SINH, nx, x[0], x[1], REFLECTING),
                       axis_of(SPACING_UNIFORM, ny, y[0], y[1], REFLECTING), &err);
}
