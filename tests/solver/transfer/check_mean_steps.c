/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mean first-passage steps of discrete processes. */
#include "solver/transfer/mean_steps.h"
#include "solver/transfer/two_level.h"
#include "tests/slope.h"
#include "tests/solver/transfer/processes.h"
#include <stdio.h>

static bool *right_half(const struct grid *grid) {
    bool *target = calloc(grid->cells, sizeof *target);
    for (size_t i = 0; i < grid->cells; i++)
        target[i] = grid->axis[0]->centre[i % grid->axis[0]->cells] > 0;
    return target;
}

static struct mean_steps steps_to(const struct transfer *op, const bool *target) {
    struct error err;
    struct mean_steps steps;
    ck_assert_msg(mean_steps_find(op, target, NULL, &steps, &err), "%s", err.message);
    return steps;
}

/* From -1 to w > 0, edge on a face. 5735.1 by 8000 piecewise constant cells, 5735.5 by linear
 * deposits; 2.34366e6 on 4480 cells. */
START_TEST(the_double_well_is_left_after_its_mean_steps) {
    static const struct {
        double eta;
        size_t cells;
        double steps, within;
    } known[] = {{0.1, 280, 5735.5, 4},       {0.1, 560, 5735.5, 0.8},
                 {0.1, 1120, 5735.5, 0.4},    {0.1, 2240, 5735.5, 0.2},
                 {0.05, 560, 2.3437e6, 1500}, {0.05, 1120, 2.3437e6, 300},
                 {0.05, 2240, 2.3437e6, 300}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const struct examples sgd = sgd_of(2, double_well, known[k].eta);
        struct grid *grid = line_of(known[k].cells, -2, 0.8);
        struct transfer *op = transfer_of(&sgd.process, grid);
        bool *target = right_half(grid);
        struct mean_steps steps = steps_to(op, target);
        const double tau = mean_steps_at(&steps, (const double[]){-1});
        if (getenv("SHOW"))
            printf("%g, %zu cells: %.8g steps, defect %.1e\n", known[k].eta, known[k].cells,
                   tau, steps.defect);
        ck_assert_double_le(fabs(tau - known[k].steps), known[k].within);
        ck_assert_double_le(steps.defect, 1e-12);
        mean_steps_finish(&steps);
        free(target);
        transfer_destroy(op);
        grid_destroy(grid);
    }
}
END_TEST

/* The solution jumps where a landing point meets the edge: an order near 3/2, irregular from
 * grid to grid (docs/numerics.md 10.5). 5735.53 on 2240, 3360 and 4480 cells. */
START_TEST(times_converge_between_first_and_second_order) {
    static const size_t cells[] = {140, 210, 280, 420, 560, 840, 1120, 1680};
    double h[8], error[8];
    for (size_t k = 0; k < 8; k++) {
        const struct examples sgd = sgd_of(2, double_well, 0.1);
        struct grid *grid = line_of(cells[k], -2, 0.8);
        struct transfer *op = transfer_of(&sgd.process, grid);
        bool *target = right_half(grid);
        struct mean_steps steps = steps_to(op, target);
        h[k] = 1 / (double)cells[k];
        error[k] = fabs(mean_steps_at(&steps, (const double[]){-1}) - 5735.53);
        mean_steps_finish(&steps);
        free(target);
        transfer_destroy(op);
        grid_destroy(grid);
    }
    const double order = slope(8, h, error);
    if (getenv("SHOW")) printf("order %.2f\n", order);
    ck_assert(1.1 < order && order < 2);
}
END_TEST

/* Times of 2e11 and 6e17 steps, of the same chain: by Gauss in long double, relative errors
 * of some 1e-19 tau; and the chances to arrive. LU in double would have nothing left. */
START_TEST(long_times_keep_their_digits) {
    static const double eta[] = {0.1, 0.025, 0.015}, within[] = {1e-12, 1e-6, 1};
    for (int k = 0; k < 3; k++) {
        const struct examples sgd = sgd_of(2, double_well, eta[k]);
        struct grid *grid = line_of(280, -2, 0.8);
        struct transfer *op = transfer_of(&sgd.process, grid);
        bool *target = right_half(grid), inside[280];
        double one[280], exact[280] = {0};
        for (size_t i = 0; i < 280; i++)
            inside[i] = !target[i], one[i] = 1;
        struct mean_steps steps = steps_to(op, target);
        reference_functions(op, inside, one, exact);
        const double w[] = {-1}, tau = mean_steps_at(&steps, w);
        const double other = transfer_value_at(op, exact, w);
        if (getenv("SHOW"))
            printf("%g: %.12g, %.12g, %.1e, defect %.1e\n", eta[k], tau, other,
                   tau / other - 1, steps.defect);
        ck_assert(tau > 0 && steps.defect < 1e-12);
        ck_assert(within[k] == 1 || fabs(tau / other - 1) < within[k]);
        mean_steps_finish(&steps);
        free(target);
        transfer_destroy(op);
        grid_destroy(grid);
    }
}
END_TEST

/* Only an absorbing end: fair steps of +-h on a lattice of n cells, absorbed below, mirrored
 * above: the step from cell i takes (i + 1)(2 n - i) steps on the average. */
static double to_and_fro(size_t k, double w) {
    (void)w;
    return k ? 1 : -1;
}

START_TEST(an_absorbing_end_is_a_target) {
    const struct examples walk = sgd_of(2, to_and_fro, 0.1);
    struct error err;
    struct grid *grid = grid_create(axis_of(10, 0, 1, ABSORBING, REFLECTING), NULL, &err);
    struct transfer *op = transfer_of(&walk.process, grid);
    struct mean_steps steps = steps_to(op, NULL);
    double mass[10] = {0};
    for (size_t i = 0; i < 10; i++)
        ck_assert_double_le(fabs(steps.steps[i] - (double)((i + 1) * (20 - i))), 1e-10);
    mass[3] = 2, mass[9] = 6;
    ck_assert_double_le(fabs(mean_steps_from(&steps, mass) - (68 * 0.25 + 110 * 0.75)),
                        1e-10);
    mean_steps_finish(&steps);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

START_TEST(what_is_never_reached_takes_for_ever) {
    const struct examples sgd = sgd_of(2, two_pits, 0.5);
    struct error err = {0};
    struct grid *grid = line_of(100, -2, 2);
    struct transfer *op = transfer_of(&sgd.process, grid);
    bool target[100] = {0};
    struct mean_steps steps;
    ck_assert(!mean_steps_find(op, NULL, NULL, &steps, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    for (size_t i = 75; i < 100; i++)
        target[i] = true;
    steps = steps_to(op, target);
    ck_assert(isinf(mean_steps_at(&steps, (const double[]){-1})));
    ck_assert(isfinite(mean_steps_at(&steps, (const double[]){0.9})));
    ck_assert(mean_steps_at(&steps, (const double[]){1.5}) == 0);
    mean_steps_finish(&steps);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

/* The plane: iteration against elimination. */
START_TEST(both_solvers_give_the_same_times) {
    const struct examples ball = heavy_ball_of(2, double_well, 0.1, 0.5);
    struct error err;
    struct grid *grid = grid_create(axis_of(40, -2, 2, REFLECTING, REFLECTING),
                                    axis_of(36, -4, 4, REFLECTING, REFLECTING), &err);
    struct transfer *op = transfer_of(&ball.process, grid);
    bool *target = right_half(grid), *inside = calloc(grid->cells, sizeof *inside);
    double *one = calloc(2 * grid->cells, sizeof *one), *x = one + grid->cells, residual;
    struct mean_steps steps = steps_to(op, target);
    for (size_t i = 0; i < grid->cells; i++)
        inside[i] = !target[i], one[i] = inside[i];
    struct two_level *solver = two_level_create(op, inside, false, NULL, &err);
    ck_assert(two_level_solve(solver, true, one, 1e-13, x, &residual, NULL, &err));
    for (size_t i = 0; i < grid->cells; i++)
        ck_assert_double_le(fabs(x[i] - steps.steps[i]), 1e-9 * steps.steps[i]);
    ck_assert_double_le(residual, 1e-10);
    two_level_destroy(solver);
    mean_steps_finish(&steps);
    free(one), free(inside), free(target);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

START_TEST(it_ends_cleanly_for_want_of_memory) {
    const struct examples sgd = sgd_of(2, double_well, 0.1);
    struct error err = {0};
    struct grid *grid = line_of(28, -2, 0.8);
    struct transfer *op = transfer_of(&sgd.process, grid);
    bool *target = right_half(grid), done = false;
    size_t k = 1;
    for (; !done; k++) {
        struct mean_steps steps;
        array_fail_at(k);
        done = mean_steps_find(op, target, NULL, &steps, &err);
        array_fail_at(0);
        ck_assert(done || err.kind == ERROR_MEMORY);
        mean_steps_finish(&steps);
    }
    ck_assert(k > 8);
    free(target);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

Suite *mean_steps_suite(void);
Suite *mean_steps_suite(void) {
    Suite *s = suite_create("mean_steps");
    TCase *t = tcase_create("line");
    tcase_add_test(t, the_double_well_is_left_after_its_mean_steps);
    tcase_add_test(t, times_converge_between_first_and_second_order);
    tcase_add_test(t, long_times_keep_their_digits);
    tcase_add_test(t, an_absorbing_end_is_a_target);
    tcase_add_test(t, what_is_never_reached_takes_for_ever);
    tcase_add_test(t, it_ends_cleanly_for_want_of_memory);
    tcase_set_timeout(t, 100);
    suite_add_tcase(s, t);
    t = tcase_create("plane");
    tcase_add_test(t, both_solvers_give_the_same_times);
    tcase_set_timeout(t, 100);
    suite_add_tcase(s, t);
    return s;
}
