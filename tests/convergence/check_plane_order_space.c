/* SPDX-License-Identifier: GPL-3.0-or-later
 * Order in space in L1, two dimensions: against exact laws where there are any, otherwise
 * by differences of successive grids. Time is solved to 1e-7. */
#include "solver/fv/plane/stationary.h"
#include "solver/time/plane/krylov.h"
#include "tests/slope.h"
#include "tests/solver/last_density.h"
#include "tests/solver/plane_models.h"
#include <check.h>

static double *evolve(const struct grid *grid, struct coefficients m, struct normal2 start,
                      double t) {
    struct error err;
    struct plane_generator *g = plane_generator_create(grid, &m, &err);
    ck_assert_msg(g != NULL, "%s", err.message);
    const struct propagator_options options = {.tolerance = 1e-7};
    struct propagator *p = krylov_create(g, &options, &err);
    double *p0 = calloc(grid->cells, sizeof *p0);
    cell_averages(grid, normal2_density, &start, p0);
    double *after = evolved(p, grid->cells, p0, t).p;
    plane_generator_destroy(g);
    free(p0);
    return after;
}

enum { LEVELS = 3 };
static struct grid *level_grid(size_t cells, double half, bool stretched) {
    const struct side2 x = {stretched ? SPACING_SINH : SPACING_UNIFORM,
                            cells,
                            -half,
                            half,
                            0.6 * half,
                            REFLECTING,
                            REFLECTING};
    const struct side2 y = {stretched ? SPACING_SINH : SPACING_UNIFORM,
                            cells,
                            -half,
                            half,
                            0.8 * half,
                            REFLECTING,
                            REFLECTING};
    return grid2_of(x, y);
}

static void expect_second_order(const char *what, const double *h, const double *error) {
    const double order = slope(LEVELS, h, error);
    ck_assert_msg(1.75 < order && order < 2.35, "%s: order %.3f, errors %g %g %g", what,
                  order, error[0], error[1], error[2]);
}

/* ---- linear drift, constant tensors: the exact normal law at t ---- */
struct linear_case {
    const char *name;
    struct linear2 model;
};
START_TEST(normal_laws_are_met_to_second_order) {
    const struct linear_case cases[] = {
        {"isotropic", {{1, 0.3, 0.3, 2}, {0.3, 0, 0.3}}},
        {"tilted", {{1, 0.3, 0.3, 2}, {0.5, 0.15, 0.3}}},
        {"tilted the other way, turning", {{1, 0.8, -0.8, 1}, {0.5, -0.2, 0.3}}},
        {"10:1 at 30 degrees", winding2(0.5, 0.1, M_PI / 6)}};
    const struct linear_case *c = &cases[_i / 2];
    const struct normal2 start = {{0.8, -0.5}, 0.25, 0, 0.25};
    const double t = 0.4;
    double h[LEVELS], error[LEVELS];
    for (int k = 0; k < LEVELS; k++) {
        const size_t cells = (size_t)28 << k;
        struct grid *grid = level_grid(cells, 3.8, _i % 2 == 1);
        double *p = evolve(grid, linear2_model(&c->model), start, t);
        double *q = calloc(grid->cells, sizeof *q);
        const struct normal2 law = linear2_law(&c->model, start, t);
        cell_averages(grid, normal2_density, &law, q);
        h[k] = 1.0 / (double)cells, error[k] = field_l1(grid, p, q);
        free(p), free(q);
        grid_destroy(grid);
    }
    expect_second_order(c->name, h, error);
}
END_TEST

/* The answer on one level of grids. */
struct answer {
    struct grid *grid;
    double *p;
};

static void answer_finish(struct answer *a) {
    free(a->p);
    if (a->grid != NULL) grid_destroy(a->grid);
}

/* L1 distance of p[cells] on a grid from the answer on half its cells, whose place it
 * takes; 0 where there is none yet. */
static double to_coarser(struct answer *coarse, struct grid *grid, double *p) {
    double distance = 0;
    if (coarse->grid != NULL) {
        double *q = calloc(coarse->grid->cells, sizeof *q);
        field_restrict(grid, 2, p, coarse->grid, q);
        distance = field_l1(coarse->grid, q, coarse->p);
        free(q);
    }
    answer_finish(coarse);
    *coarse = (struct answer){grid, p};
    return distance;
}

/* ---- state-dependent tensor, wall in reach: differences of successive grids ---- */
START_TEST(a_state_dependent_tensor_converges_to_second_order) {
    static const struct power2 power = {0.15};
    const struct normal2 start = {{0.6, -0.5}, 0.1, 0, 0.1};
    struct coefficients m = power2_model(&power);
    m.alpha = _i / 2 == 0 ? 0 : _i / 2 == 1 ? 0.5 : 1;
    double h[LEVELS], error[LEVELS];
    struct answer last = {0};
    for (int k = 0; k <= LEVELS; k++) {
        const size_t cells = (size_t)16 << k;
        struct grid *grid = level_grid(cells, 2, _i % 2 == 1);
        double *p = evolve(grid, m, start, 0.5);
        const double distance = to_coarser(&last, grid, p);
        if (k > 0) h[k - 1] = 1.0 / (double)cells, error[k - 1] = distance;
    }
    answer_finish(&last);
    expect_second_order("power law", h, error);
}
END_TEST

/* ---- walls: tilted tensor between reflecting and absorbing walls ---- */
START_TEST(walls_keep_second_order_with_tilted_tensors) {
    const struct linear2 tilted = {{0.2, 0.1, -0.1, 0.3}, {0.4, 0.18, 0.3}};
    const struct normal2 start = {{0.2, -0.2}, 0.2, 0, 0.2};
    const enum boundary kinds[][2] = {
        {REFLECTING, REFLECTING}, {ABSORBING, ABSORBING}, {ABSORBING, REFLECTING}};
    double h[LEVELS], error[LEVELS];
    struct answer last = {0};
    for (int k = 0; k <= LEVELS; k++) {
        const size_t cells = (size_t)16 << k;
        const struct side2 s = {SPACING_UNIFORM, cells,       -1, 1, 0,
                                kinds[_i][0],    kinds[_i][1]};
        struct grid *grid = grid2_of(s, s);
        double *p = evolve(grid, linear2_model(&tilted), start, 0.3);
        const double distance = to_coarser(&last, grid, p);
        if (k > 0) h[k - 1] = 1.0 / (double)cells, error[k - 1] = distance;
    }
    answer_finish(&last);
    expect_second_order("walls", h, error);
}
END_TEST

Suite *plane_order_space_suite(void);
Suite *plane_order_space_suite(void) {
    Suite *suite = suite_create("plane_order_space");
    TCase *c = tcase_create("order");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, normal_laws_are_met_to_second_order, 0, 8);
    tcase_add_loop_test(c, a_state_dependent_tensor_converges_to_second_order, 0, 6);
    tcase_add_loop_test(c, walls_keep_second_order_with_tilted_tensors, 0, 3);
    suite_add_tcase(suite, c);
    return suite;
}
