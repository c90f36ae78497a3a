/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mean first-passage times, exit places and committors: exact values, the double integral,
 * and each other. */
#include "solver/fv/line/passage.h"
#include "solver/fv/line/quasi.h"
#include "solver/time/line/survival.h"
#include "tests/slope.h"
#include "tests/solver/fv/line/escape_world.h"
#include "tests/solver/fv_models.h"
#include <stdlib.h>

START_TEST(double_well_times_are_the_integrals) {
    const double to[] = {0, 1}, want[] = {7.9340215400, 19.0938969968};
    struct error err = {0};
    struct line_passage_time time;
    const struct coefficients c = model1_coefficients(&double_well);
    const struct line_passage p = {-5, to[_i], {false, true}, 0, NULL, 1e-11, NULL};
    ck_assert_msg(line_passage_integrate(&c, &p, -1, &time, &err), "%s", err.message);
    ck_assert_double_le(fabs(time.time / want[_i] - 1), 1e-10); /* the digits given */
    struct world w;
    world_init(&w, &double_well, 4096, -3, 3, to[_i], REFLECTING, REFLECTING);
    const double tau = exp(line_escape_log_time_at(w.escape, -1));
    ck_assert_double_le(fabs(tau / want[_i] - 1), 1e-6);
    world_finish(&w);
}
END_TEST

/* Closed form, b = 0, D = 1 on [0, 1]: tau = (1 - x^2)/2 from a mirror, x (1 - x)/2 and
 * P_upper = x between two exits; a constant drift v against the mirror. */
START_TEST(closed_forms_of_free_motion_and_constant_drift) {
    const struct model1 free_motion = {none, constant, NULL, NULL, 0, {1}};
    struct world w;
    world_init(&w, &free_motion, 200, 0, 1, 2, REFLECTING, ABSORBING);
    ck_assert_double_le(fabs(exp(line_escape_log_time_at(w.escape, .3)) - .455), 1e-5);
    world_finish(&w);
    world_init(&w, &free_motion, 200, 0, 1, 2, ABSORBING, ABSORBING);
    ck_assert_double_le(fabs(exp(line_escape_log_time_at(w.escape, .3)) - .105), 1e-5);
    for (size_t i = 0; i < 200; i++) {
        const double x = w.grid->axis[0]->centre[i];
        ck_assert_double_le(fabs(exp(w.escape->log_upper[i]) - x), 1e-13);
        ck_assert_double_le(fabs(exp(w.escape->log_lower[i]) - (1 - x)), 1e-13);
    }
    world_finish(&w);
    const struct model1 downhill = {constant, constant, NULL, NULL, 0, {1}};
    world_init(&w, &downhill, 200, 0, 1, 2, REFLECTING, ABSORBING);
    /* b = D = 1: tau(x) = (1 - x) + e^-1 - e^-x */
    const double want = (1 - .3) + exp(-1) - exp(-.3);
    ck_assert_double_le(fabs(exp(line_escape_log_time_at(w.escape, .3)) - want),
                        2.5e-5); /* h^2 */
    world_finish(&w);
}
END_TEST

static double jumping_D(double x, const double *a) {
    return x < 0 ? a[0] : a[0] / 4;
}

/* The noise jumps where the target begins: only what lies before the edge counts. */
START_TEST(second_order_where_the_noise_jumps_at_the_edge) {
    const struct model1 m = {minus_dL, jumping_D, none, NULL, .5 * _i, {.2, 0, 1}};
    const struct coefficients c = model1_coefficients(&m);
    const struct line_passage p = {-3, 0, {false, true}, 0, NULL, 1e-11, NULL};
    struct line_passage_time time;
    struct error err = {0};
    double error[3], h[3];
    ck_assert_msg(line_passage_integrate(&c, &p, -1, &time, &err), "%s", err.message);
    for (int k = 0; k < 3; k++) {
        struct world w;
        const size_t cells = (size_t)128 << k;
        world_init(&w, &m, cells, -3, 3, 0, REFLECTING, REFLECTING);
        h[k] = 1. / (double)cells;
        error[k] = fabs(line_escape_log_time_at(w.escape, -1) - time.log_time);
        world_finish(&w);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(order > 1.8 && order < 2.2, "order %g, errors %g %g %g", order, error[0],
                  error[1], error[2]);
}
END_TEST

static double random_between(double lo, double hi) {
    return lo + (hi - lo) * (double)rand() / RAND_MAX;
}

START_TEST(agrees_with_the_integral_for_random_settings) {
    srand(17 + (unsigned)_i);
    const double alphas[] = {0, .5, 1};
    const struct model1 m = {wavy_b,
                             wavy_D,
                             wavy_dD,
                             NULL,
                             alphas[_i % 3],
                             {random_between(.05, .5), random_between(-2, 2),
                              random_between(0, 6), random_between(0, 6)}};
    const enum boundary lower = _i % 2 ? ABSORBING : REFLECTING;
    const double hi = random_between(.5, 2), start = random_between(-1.5, .3);
    struct line_passage_time time;
    struct error err = {0};
    const struct line_passage p = {-2, hi, {_i % 2, true}, 0, NULL, 1e-10, NULL};
    double error[2], h[2];
    for (int k = 0; k < 2; k++) {
        struct world w;
        world_init(&w, &m, k ? 2048 : 512, -2, hi, 9, lower, ABSORBING);
        ck_assert_msg(line_passage_integrate(&w.c, &p, start, &time, &err), "%s",
                      err.message);
        ck_assert_double_le(time.error, 1e-10);
        h[k] = k ? 1 : 4;
        error[k] = fabs(line_escape_log_time_at(w.escape, start) - time.log_time);
        const size_t i = axis_find(w.grid->axis[0], start);
        if (k && _i % 2) {
            const double up = w.escape->log_upper[i], low = w.escape->log_lower[i];
            ck_assert_double_le(fabs(exp(up) + exp(low) - 1), 1e-12);
            ck_assert_double_le(fabs(exp(up) - exp(time.log_upper)), 2e-2);
        }
        world_finish(&w);
    }
    ck_assert_double_le(error[1], 2e-5);
    if (error[1] > 1e-8) ck_assert_double_ge(slope(2, h, error), 1.7);
}
END_TEST

/* L = x^4/4 - x^2/2 over D = 1/(4 depth): barrier `depth`, up to e^2000. From -1 to 1,
 * ln tau - depth grows slowly; the integral is the reference. */
START_TEST(huge_barriers_stay_finite_and_right) {
    const double depth[] = {300, 1000, 2000};
    struct model1 m = double_well;
    m.a[0] = 1 / (4 * depth[_i]);
    struct error err = {0};
    struct line_passage_time time;
    struct world w;
    world_init(&w, &m, 4096, -3, 3, 1, REFLECTING, REFLECTING);
    const struct line_passage p = {-3, 1, {false, true}, 0, NULL, 1e-10, NULL};
    ck_assert_msg(line_passage_integrate(&w.c, &p, -1, &time, &err), "%s", err.message);
    const double got = line_escape_log_time_at(w.escape, -1);
    ck_assert_double_le(fabs(time.log_time - depth[_i] - log(2 * M_PI / sqrt(2))), .02);
    ck_assert_double_le(fabs(got - time.log_time), 1e-6 * depth[_i]); /* h^2 / 2 */
    world_finish(&w);
    /* the chance to leave over the top of a ramp */
    const struct model1 ramp = {minus_dL, constant, NULL, NULL, 0, {m.a[0], 0, 1}};
    world_init(&w, &ramp, 4096, -1, 0, 9, ABSORBING, ABSORBING);
    const size_t i = 100;
    const struct line_passage q = {-1, 0, {true, true}, 0, NULL, 1e-9, NULL};
    ck_assert_msg(line_passage_integrate(&w.c, &q, w.grid->axis[0]->centre[i], &time, &err),
                  "%s", err.message);
    ck_assert_double_le(fabs(w.escape->log_upper[i] - time.log_upper), 2e-3);
    ck_assert_double_le(time.log_upper, -.8 * depth[_i]);
    world_finish(&w);
}
END_TEST

/* Accuracy of the logarithms: A^T tau + 1 = 0 in long double, relative to its terms. */
START_TEST(solves_the_adjoint_equation_of_the_chain_to_rounding) {
    struct world w;
    world_init(&w, &double_well, 1000, -3, 3, .3, REFLECTING, ABSORBING);
    const struct line_generator *g = w.escape->absorbing;
    for (size_t i = 0; i < 1000 && !w.escape->target[i]; i++) {
        const long double up = i + 1 < 1000 ? w.escape->tau[i + 1] : 0;
        const long double down = i > 0 ? w.escape->tau[i - 1] : 0;
        const long double out = (long double)g->left[i + 1] + g->right[i];
        const long double terms = out * w.escape->tau[i];
        const long double residual =
            g->left[i + 1] * up + g->right[i] * down + g->grid->axis[0]->width[i] - terms;
        ck_assert_double_le((double)fabsl(residual / terms), 1e-12);
    }
    world_finish(&w);
}
END_TEST

static bool *cells_between(const struct grid *grid, double lo, double hi) {
    bool *set = calloc(grid->cells, sizeof *set);
    for (size_t i = 0; i < grid->cells; i++)
        set[i] = grid->axis[0]->centre[i] > lo && grid->axis[0]->centre[i] < hi;
    return set;
}

START_TEST(committors_add_to_one_and_are_symmetric) {
    enum { N = 600 };
    struct error err = {0};
    struct world w;
    double log_a[N], log_b[N];
    struct model1 m = double_well;
    m.a[0] = _i ? .001 : .1;
    world_init(&w, &m, N, -3, 3, 2, REFLECTING, REFLECTING);
    bool *A = cells_between(w.grid, -1.1, -.9), *B = cells_between(w.grid, .9, 1.1);
    ck_assert_msg(line_escape_committor(w.generator, A, B, log_a, log_b, &err), "%s",
                  err.message);
    for (size_t i = 0; i < N; i++) {
        ck_assert_double_le(fabs(exp(log_a[i]) + exp(log_b[i]) - 1), 1e-12);
        if (isfinite(log_a[i]) && isfinite(log_b[N - 1 - i]))
            ck_assert_double_le(fabs(log_a[i] - log_b[N - 1 - i]),
                                1e-10 * (1 + fabs(log_a[i])));
    }
    ck_assert_double_eq(log_a[0], 0); /* left of A only A is met */
    free(A), free(B);
    world_finish(&w);
}
END_TEST

static double ring_drift(double x, const double *a) {
    return a[1] + 0 * x;
}

/* Drift v and D on a ring of length 1 with a small target: both ways round. */
START_TEST(a_ring_is_an_interval_between_the_target_s_two_sides) {
    struct error err = {0};
    const struct model1 m = {ring_drift, constant, NULL, NULL, 0, {.3, .7}};
    const struct axis_spec spec = {
        .cells = 400, .lo = 0, .hi = 1, .multiple = 1, .boundary = {PERIODIC, PERIODIC}};
    struct grid *grid = grid1(&spec);
    const struct coefficients c = model1_coefficients(&m);
    struct line_generator *g = line_generator_create(grid, &c, &err);
    bool *target = cells_between(grid, .5, .6);
    struct line_escape *e = line_escape_create(g, target, &err);
    ck_assert_msg(e != NULL, "%s", err.message);
    const struct line_passage p = {-.4, .5, {true, true}, 0, NULL, 1e-10, NULL};
    const double at[] = {.3, .0, .8};
    for (int k = 0; k < 3; k++) {
        const size_t i = axis_find(grid->axis[0], at[k] + 1e-6);
        const double x = grid->axis[0]->centre[i];
        struct line_passage_time time;
        ck_assert_msg(line_passage_integrate(&c, &p, x > .6 ? x - 1 : x, &time, &err), "%s",
                      err.message);
        ck_assert_double_le(fabs(e->log_tau[i] - time.log_time), 1e-4);
        ck_assert_double_le(fabs(e->log_upper[i] - time.log_upper), 1e-4);
        ck_assert_double_le(fabs(e->log_lower[i] - time.log_lower), 1e-4);
    }
    double *p0 = uniform_start(grid, .7, 1), mean = survival_mean(e, p0);
    ck_assert_double_le(fabs(mean / exp(line_escape_log_time_from(e, p0)) - 1), 1e-8);
    free(p0), free(target);
    line_escape_destroy(e);
    line_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

START_TEST(says_what_is_wrong) {
    struct error err = {0};
    struct world w;
    world_init(&w, &double_well, 64, -2, 2, 1, REFLECTING, REFLECTING);
    ck_assert_ptr_null(line_escape_create(w.generator, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    bool *all = cells_between(w.grid, -9, 9);
    ck_assert_ptr_null(line_escape_create(w.generator, all, &err));
    free(all);
    struct line_quasi q;
    ck_assert(!line_quasi_compute(w.escape, 63, &q, &err));
    struct line_passage_time time;
    const struct line_passage closed = {-1, 1, {false, false}, 0, NULL, 1e-10, NULL};
    ck_assert(!line_passage_integrate(&w.c, &closed, 0, &time, &err));
    world_finish(&w);
    /* drift without noise, away from the target: never */
    const struct model1 away = {ring_drift, none, NULL, NULL, 0, {0, -1}};
    world_init(&w, &away, 64, -2, 2, 1, REFLECTING, REFLECTING);
    ck_assert_double_eq(line_escape_log_time_at(w.escape, 0), INFINITY);
    ck_assert(!line_quasi_compute(w.escape, 0, &q, &err));
    world_finish(&w);
}
END_TEST

Suite *line_escape_suite(void);
Suite *line_escape_suite(void) {
    Suite *s = suite_create("line_escape");
    TCase *times = tcase_create("mean times");
    tcase_add_loop_test(times, double_well_times_are_the_integrals, 0, 2);
    tcase_add_loop_test(times, second_order_where_the_noise_jumps_at_the_edge, 0, 3);
    tcase_add_test(times, closed_forms_of_free_motion_and_constant_drift);
    tcase_add_loop_test(times, agrees_with_the_integral_for_random_settings, 0, 12);
    tcase_add_loop_test(times, huge_barriers_stay_finite_and_right, 0, 3);
    tcase_add_test(times, solves_the_adjoint_equation_of_the_chain_to_rounding);
    tcase_add_test(times, a_ring_is_an_interval_between_the_target_s_two_sides);
    tcase_add_loop_test(times, committors_add_to_one_and_are_symmetric, 0, 2);
    tcase_add_test(times, says_what_is_wrong);
    suite_add_tcase(s, times);
    return s;
}
