/* SPDX-License-Identifier: GPL-3.0-or-later
 * Closed grids in the plane and their slow modes. */
#pragma once

#include "solver/fv/basins.h"
#include "solver/fv/plane/quasi.h"
#include "solver/fv/plane/spectrum.h"
#include "solver/fv/plane/stationary.h"
#include "solver/time/plane/krylov.h"
#include "tests/solver/plane_models.h"
#include <check.h>

struct world {
    struct coefficients c;
    struct grid *grid;
    struct plane_generator *generator;
};

static inline void world_init(struct world *w, struct coefficients c, struct side2 x,
                              struct side2 y) {
    struct error err = {0};
    w->c = c;
    w->grid = grid2_of(x, y);
    w->generator = plane_generator_create(w->grid, &w->c, &err);
    ck_assert_msg(w->generator != NULL, "%s", err.message);
}
static inline void world_finish(struct world *w) {
    plane_generator_destroy(w->generator);
    grid_destroy(w->grid);
}
static inline struct side2 side(size_t cells, double lo, double hi) {
    return (struct side2){SPACING_UNIFORM, cells, lo, hi, 0.3, REFLECTING, REFLECTING};
}
static inline void compute(const struct world *w, size_t modes, struct line_spectrum *s) {
    struct error err = {0};
    ck_assert_msg(plane_spectrum_compute(w->generator, modes, s, &err), "%s", err.message);
}
