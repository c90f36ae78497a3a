/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walkers at walls: reflected, absorbed, and absorbed between two steps. */
#include "solver/expr/vecmath.h"
#include "solver/mc/count.h"
#include "solver/mc/moments.h"
#include "solver/mc/start.h"
#include "solver/mc/walkers.h"
#include "solver/mc/walls.h"
#include "tests/solver/mc/walkers_models.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Walls ------------------------------------------------------------------------------
 */

/* Free Brownian motion between reflecting (or periodic) walls leaves the uniform law as it
 * is, also when steps are longer than the domain: mean 1/2, variance 1/12 within 3.5
 * errors.
 */
START_TEST(closed_walls_keep_the_uniform_law) {
    const int one = 1;
    const double steps[] = {0.0001, 0.01, 1, 100};
    const enum boundary kind = _i < 4 ? REFLECTING : PERIODIC;
    struct walkers_model model = open_model(WALKERS_EULER, 1, steps[_i % 4]);
    model.function.evaluate = brownian, model.function.self = &one;
    set_walls(&model, 0, 2, 3, kind, kind);
    struct walkers *w = walkers_create_for(&model, 100000, key, &err);
    struct axis *axis =
        axis_create(&(struct axis_spec){.cells = 4, .lo = 2, .hi = 3, .multiple = 1}, &err);
    struct grid *grid = grid_create(axis, NULL, &err);
    const double flat[4] = {1, 1, 1, 1};
    OK(walkers_start_density(w, grid, flat, &err));
    OK(walkers_advance(w, &model, 50, NULL, &err));
    struct sample_moments m;
    OK(moments_estimate(w, 0, &m, &err));
    ck_assert_double_lt(fabs(m.mean.value - 2.5), 3.5 * m.mean.error);
    ck_assert_double_lt(fabs(m.variance.value - 1.0 / 12), 3.5 * m.variance.error);
    for (size_t i = 0; i < w->count; i++)
        ck_assert(w->x[0][i] >= 2 && w->x[0][i] <= 3);
    grid_destroy(grid);
    walkers_destroy(w);
}
END_TEST

/* What is no number is not drawn to a wall, where it would pass for one. */
START_TEST(held_walkers_stop_at_the_walls) {
    const double from[] = {-3, -1, 0.5, 2, 7, HUGE_VAL, -HUGE_VAL, NAN};
    const double to[] = {-1, -1, 0.5, 2, 2, HUGE_VAL, -HUGE_VAL, NAN};
    double x[WALKERS_BLOCK];
    for (size_t i = 0; i < WALKERS_BLOCK; i++)
        x[i] = from[i % 8];
    walls_hold(-1, 2, x);
    for (size_t i = 0; i < WALKERS_BLOCK; i++)
        ck_assert(x[i] == to[i % 8] || (isnan(x[i]) && isnan(to[i % 8])));
}
END_TEST

/* From 0 to +-1, D = 1/2: E tau = (1 - 0)/(2 D) = 1, half through each wall. With the
 * bridge the bias is O(h); without it would be 2 * 0.5826 sqrt(h) = 0.12 at h = 0.01. */
START_TEST(absorbing_walls_give_the_mean_first_passage_time) {
    const int one = 1;
    struct walkers_model model = open_model(WALKERS_EULER, 1, 0.01);
    model.function.evaluate = brownian, model.function.self = &one;
    set_walls(&model, 0, -1, 1, ABSORBING, ABSORBING);
    struct walkers *w = walkers_create_for(&model, 20000, key, &err);
    walkers_start_point(w, (double[]){0});
    struct exits exits;
    OK(walkers_advance(w, &model, 50, NULL, &err));
    OK(moments_exits(w, &exits, &err));
    ck_assert(!exits.complete);
    OK(walkers_advance(w, &model, 1500, NULL, &err));
    OK(moments_exits(w, &exits, &err));
    ck_assert(exits.complete);
    ck_assert_uint_eq(exits.absorbed[0][0] + exits.absorbed[0][1], 20000);
    ck_assert_double_lt(fabs((double)exits.absorbed[0][0] - 10000), 3.5 * sqrt(5e3));
    ck_assert_double_lt(fabs(exits.time.value - 1), 3 * exits.time.error + 0.002);
    walkers_destroy(w);
}
END_TEST

/* The dead stay where they died, the others go on; 2-D, two kinds of walls. */
START_TEST(absorbed_walkers_rest) {
    const int two = 2;
    struct walkers_model model = open_model(WALKERS_EULER, 2, 0.01);
    model.function.evaluate = brownian, model.function.self = &two;
    set_walls(&model, 0, -0.5, 1, ABSORBING, REFLECTING);
    struct walkers *w = start(&model, 3000);
    OK(walkers_advance(w, &model, 60, NULL, &err));
    struct tally tally;
    const double fx[3] = {-0.5, 0, 1}, fy[2] = {-50, 50}, *const face[2] = {fx, fy};
    int64_t counts[2];
    double *y = malloc(3000 * sizeof *y), *time = malloc(3000 * sizeof *time);
    memcpy(y, w->x[1], 3000 * sizeof *y), memcpy(time, w->exit_time, 3000 * sizeof *time);
    OK(count_on_faces(w, (size_t[]){2, 1}, face, counts, &tally, &err));
    ck_assert_uint_eq(tally.inside, (uint64_t)(counts[0] + counts[1]));
    ck_assert_uint_eq(tally.inside + tally.absorbed[0][0], 3000);
    ck_assert_uint_gt(tally.absorbed[0][0], 500);
    OK(walkers_advance(w, &model, 10, NULL, &err));
    for (size_t i = 0; i < 3000; i++)
        if (time[i] < HUGE_VAL) {
            ck_assert(w->x[0][i] == -HUGE_VAL && w->exit_time[i] == time[i]);
            ck_assert(w->x[1][i] == y[i] && isfinite(y[i]));
        } else
            ck_assert(w->x[1][i] != y[i]);
    free(time), free(y);
    walkers_destroy(w);
}
END_TEST

/* One lane at the distances d before and after, of variance 1, touches with exp(-2 d^2); a
 * uniform number is at least 2^-53. The others rest, beyond or far away. */
START_TEST(bridges_are_drawn_wherever_they_can_touch) {
    double x0[LANES], x1[LANES], variance[LANES];
    for (size_t i = 0; i < LANES; i++)
        x0[i] = x1[i] = i % 2 == 0 ? -100 : -HUGE_VAL, variance[i] = 1;
    ck_assert_int_eq(walls_near(2, x0, x1, variance), 0);
    for (double d = 0; d < 6; d += 0.01) {
        const bool can = exp(-2 * d * d) > 0x1p-53, must_not = exp(-2 * d * d) < 0x1p-56;
        x0[77] = x1[77] = 2 - d;
        const int near = walls_near(2, x0, x1, variance);
        ck_assert(can ? near : !must_not || !near);
        x0[77] = x1[77] = 2 + d; /* an upper end, seen from above */
        ck_assert_int_eq(walls_near(2, x0, x1, variance), near);
    }
    x0[77] = 1, x1[77] = 3; /* across */
    ck_assert(walls_near(2, x0, x1, variance));
}
END_TEST

Suite *walkers_walls_suite(void);
Suite *walkers_walls_suite(void) {
    Suite *suite = suite_create("walkers_walls");
    TCase *walls = tcase_create("walls");
    tcase_add_loop_test(walls, closed_walls_keep_the_uniform_law, 0, 8);
    tcase_add_test(walls, held_walkers_stop_at_the_walls);
    tcase_add_test(walls, absorbing_walls_give_the_mean_first_passage_time);
    tcase_add_test(walls, absorbed_walkers_rest);
    tcase_add_test(walls, bridges_are_drawn_wherever_they_can_touch);
    tcase_set_timeout(walls, 60);
    suite_add_tcase(suite, walls);
    return suite;
}
