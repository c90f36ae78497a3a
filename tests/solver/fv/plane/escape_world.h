/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two-dimensional grids with a box as target: a ridge of any height, a double well, a
 * current. */
#pragma once

#include "solver/fv/line/passage.h"
#include "solver/fv/plane/quasi.h"
#include "solver/time/plane/survival.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/plane_models.h"

static const struct linear2 still = {{0, 0, 0, 0}, {1, 0, 1}};
static const struct linear2 tilted = {{0, 0, 0, 0}, {1, 0.6, 0.5}};

struct world {
    struct coefficients c;
    struct grid *grid;
    struct plane_generator *generator;
    struct plane_escape *escape;
};

/* target: cells whose centres lie in [lo0, hi0] x [lo1, hi1]; lo0 > hi0: none. */
struct box {
    double lo0, hi0, lo1, hi1;
};
static const struct box nowhere = {1, 0, 1, 0};

static inline bool *cells_in(const struct grid *grid, struct box b) {
    bool *set = calloc(grid->cells, sizeof *set);
    for (size_t k = 0; k < grid->cells; k++) {
        const double x = grid->axis[0]->centre[k % grid->axis[0]->cells];
        const double y = grid->axis[1]->centre[k / grid->axis[0]->cells];
        set[k] = x > b.lo0 && x < b.hi0 && y > b.lo1 && y < b.hi1;
    }
    return set;
}

static inline void world_init(struct world *w, struct coefficients c, struct side2 x,
                              struct side2 y, struct box target) {
    struct error err = {0};
    w->c = c;
    w->grid = grid2_of(x, y);
    w->generator = plane_generator_create(w->grid, &w->c, &err);
    ck_assert_msg(w->generator != NULL, "%s", err.message);
    bool *set = cells_in(w->grid, target);
    w->escape = plane_escape_create(w->generator, set, &err);
    ck_assert_msg(w->escape != NULL, "%s", err.message);
    free(set);
}
static inline void world_finish(struct world *w) {
    plane_escape_destroy(w->escape);
    plane_generator_destroy(w->generator);
    grid_destroy(w->grid);
}

static inline struct side2 side(size_t cells, double lo, double hi, enum boundary lower,
                                enum boundary upper) {
    return (struct side2){SPACING_UNIFORM, cells, lo, hi, 0.3, lower, upper};
}

/* ---- L = depth (x^4 - 2 x^2) + y^2 / 2 at temperature 1 ---- */
static inline bool ridge_potential(const void *self, size_t n, const double *const *x,
                                   double *phi, struct error *err) {
    (void)err;
    const double depth = *(const double *)self;
    for (size_t k = 0; k < n; k++) {
        const double q = x[0][k] * x[0][k];
        phi[k] = depth * (q * q - 2 * q) + x[1][k] * x[1][k] / 2;
    }
    return true;
}
static inline bool ridge_drift(const void *self, size_t n, const double *const *x,
                               double *b, struct error *err) {
    (void)err;
    const double depth = *(const double *)self;
    for (size_t k = 0; k < n; k++) {
        b[k] = depth * 4 * (x[0][k] - x[0][k] * x[0][k] * x[0][k]);
        b[n + k] = -x[1][k];
    }
    return true;
}
static inline struct coefficients ridge(const double *depth) {
    struct coefficients c = linear2_model(&still); /* D = 1 */
    c.self = depth, c.drift = ridge_drift, c.potential = ridge_potential;
    return c;
}
static inline bool unit_diffusion(const void *self, size_t n, const double *const *x,
                                  double *D, struct error *err) {
    (void)self, (void)x, (void)err;
    for (size_t k = 0; k < n; k++)
        D[k] = D[2 * n + k] = 1, D[n + k] = 0;
    return true;
}
static inline struct coefficients ridge_of(const double *depth) {
    struct coefficients c = ridge(depth);
    c.diffusion = unit_diffusion;
    return c;
}
static inline double ridge1_b(double x, const double *a) {
    return a[0] * 4 * (x - x * x * x);
}
static inline double one(double x, const double *a) {
    return 1 + 0 * x * a[0];
}
static inline double ridge1_phi(double x, const double *a) {
    return a[0] * (x * x * x * x - 2 * x * x);
}

static const struct well2 well = {0.4};
static struct linear2 wind;
static inline void init_case(struct world *w, int k, size_t n) {
    const struct side2 wall = side(n, -2, 2, REFLECTING, REFLECTING);
    const struct side2 open = side(n, -2, 2, ABSORBING, REFLECTING);
    wind = winding2(0.4, 0.3, 0.5); /* a full tensor and a current */
    if (k == 0)
        world_init(w, well2_model(&well), wall, wall, (struct box){0.5, 9, -9, 9});
    else if (k == 1)
        world_init(w, linear2_model(&wind), open, wall, (struct box){0.4, 1.2, 0.4, 1.2});
    else
        world_init(w, linear2_model(&wind), open, open, nowhere);
}
