/* SPDX-License-Identifier: GPL-3.0-or-later
 * Exit times of alpha-stable motion: Getoor, the Brownian limit, one big jump, the first
 * eigenvalue. */
#include "solver/fv/line/passage.h"
#include "solver/linalg/jumps.h"
#include "solver/time/stable/levy_exit.h"
#include "tests/slope.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/time/stable/linear_drift.h"

static struct levy_exit leave(const struct levy_interval *v) {
    struct levy_exit e;
    struct error err = {0};
    ck_assert_msg(levy_exit_compute(v, &e, &err), "%s", err.message);
    return e;
}

/* Getoor: (R^2 - x^2)^{alpha/2} / (Gamma(1+alpha) sigma^alpha). */
START_TEST(free_exit_times_are_getoor_s) {
    const double alphas[] = {.5, .9, 1, 1.5, 1.95, 2};
    const double alpha = alphas[_i], sigma = .7, R = 1.5;
    const struct levy_interval v = {
        .alpha = alpha, .sigma = sigma, .lo = 1, .hi = 1 + 2 * R, .nodes = 400};
    struct levy_exit e = leave(&v);
    const double scale = 1 / (tgamma(1 + alpha) * pow(sigma, alpha));
    for (double x = -1.2; x < 1.3; x += .3) {
        const double want = scale * pow(R * R - x * x, alpha / 2);
        ck_assert_double_le(fabs(levy_exit_time_at(&e, 1 + R + x) / want - 1), 2e-5);
    }
    ck_assert_double_le(fabs(e.upper[200] + e.upper[199] - 1), 1e-9);
    levy_exit_finish(&e);
}
END_TEST

/* alpha = 2 is D = sigma^2: the double integral of docs/theory.md 6.2, wall below. */
START_TEST(brownian_exit_times_are_the_integral_s) {
    const struct model1 m = {linear, constant, NULL, NULL, 0, {.3, 1, .2}};
    const struct coefficients c = model1_coefficients(&m);
    const double x = -.3;
    double h[3], error[3];
    struct error err = {0};
    for (int k = 0; k < 3; k++) {
        const struct levy_interval v = {.alpha = 2,
                                        .sigma = sqrt(.3),
                                        .lo = -2,
                                        .hi = 1,
                                        .held = {_i == 1, false},
                                        .nodes = (size_t)100 << k,
                                        .drift = &c};
        struct levy_exit e = leave(&v);
        struct line_passage_time time;
        const struct line_passage p = {-2, 1, {_i == 0, true}, 0, NULL, 1e-11, NULL};
        ck_assert(line_passage_integrate(&c, &p, x, &time, &err));
        h[k] = 1.0 / (1 << k);
        error[k] = fabs(levy_exit_time_at(&e, x) / time.time - 1);
        levy_exit_finish(&e);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(order > 1.8 && order < 2.3, "order %g", order);
    ck_assert_double_le(error[2], 1e-3);
}
END_TEST

/* Escape from a well by one big jump: width^alpha alpha / (C sigma^alpha) for one side, at
 * small sigma, whatever the depth (Imkeller & Pavlyukevich 2006). */
START_TEST(escape_from_a_well_depends_on_its_width_only) {
    double tau[2];
    for (int k = 0; k < 2; k++) {
        const struct model1 m = {linear, constant, NULL, NULL, 0, {1, k ? 4 : 2, 0}};
        const struct coefficients c = model1_coefficients(&m);
        const struct levy_interval v = {.alpha = 1.2,
                                        .sigma = .02,
                                        .lo = -30,
                                        .hi = 1,
                                        .held = {true, false},
                                        .nodes = 1000,
                                        .drift = &c};
        struct levy_exit e = leave(&v);
        tau[k] = levy_exit_time_at(&e, 0);
        ck_assert_double_le(fabs(tau[k] * e.rate - 1), 2e-2);
        levy_exit_finish(&e);
    }
    const double want = 1.2 / (jumps_intensity(1.2) * pow(.02, 1.2));
    ck_assert_double_le(fabs(tau[0] / want - 1), .25);
    ck_assert_double_le(fabs(tau[1] / tau[0] - 1), .12); /* e^2 times deeper: the same */
}
END_TEST

/* The survival rate on the whole: quasi-stationary law of [-1, 1], alpha =
 * 1: 1.1577738836977 (Kwasnicki, J. Funct. Anal. 262, 2379, 2012, table: first eigenvalue).
 */
START_TEST(first_eigenvalue_of_the_interval) {
    const struct levy_interval v = {
        .alpha = 1, .sigma = 1, .lo = -1, .hi = 1, .nodes = 600};
    struct levy_exit e = leave(&v);
    ck_assert_double_le(fabs(e.rate / 1.1577738836977 - 1), 2e-5);
    double mass = 0;
    for (size_t i = 0; i < e.nodes; i++) {
        mass += e.quasi[i] * (e.x[1] - e.x[0]);
        ck_assert_double_gt(e.quasi[i], 0);
    }
    ck_assert_double_le(fabs(mass - 1), 1e-12);
    levy_exit_finish(&e);
}
END_TEST

static bool stop_at_the_third(void *context, double fraction) {
    int *asked = context;
    (void)fraction;
    return ++*asked < 3;
}

START_TEST(exit_times_can_be_stopped) {
    struct error err = {0};
    struct levy_exit e;
    int asked = 0;
    const struct monitor monitor = {stop_at_the_third, &asked};
    const struct levy_interval v = {
        .alpha = 1, .sigma = 1, .lo = 0, .hi = 1, .nodes = 300, .monitor = &monitor};
    ck_assert(!levy_exit_compute(&v, &e, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_int_eq(asked, 3);
}
END_TEST

START_TEST(exit_times_say_what_is_wrong) {
    struct error err = {0};
    struct levy_exit e;
    const struct levy_interval held = {1, 1, 0, 1, {true, true}, 100, NULL, NULL};
    ck_assert(!levy_exit_compute(&held, &e, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    const struct levy_interval steep = {2.1, 1, 0, 1, {false, false}, 100, NULL, NULL};
    ck_assert(!levy_exit_compute(&steep, &e, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
}
END_TEST

Suite *levy_exit_suite(void);
Suite *levy_exit_suite(void) {
    Suite *s = suite_create("levy_exit");
    TCase *exits = tcase_create("exits");
    tcase_set_timeout(exits, 60);
    tcase_add_loop_test(exits, free_exit_times_are_getoor_s, 0, 6);
    tcase_add_loop_test(exits, brownian_exit_times_are_the_integral_s, 0, 2);
    tcase_add_test(exits, escape_from_a_well_depends_on_its_width_only);
    tcase_add_test(exits, first_eigenvalue_of_the_interval);
    tcase_add_test(exits, exit_times_say_what_is_wrong);
    tcase_add_test(exits, exit_times_can_be_stopped);
    suite_add_tcase(s, exits);
    return s;
}
