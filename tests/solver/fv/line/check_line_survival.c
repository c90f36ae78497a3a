/* SPDX-License-Identifier: GPL-3.0-or-later
 * Escape on the line in the course of time: survival, the exit density, rare arrivals, the
 * quasi-stationary law. */
#include "grids/field.h"
#include "solver/fv/line/quasi.h"
#include "solver/time/line/survival.h"
#include "tests/slope.h"
#include "tests/solver/fv/line/escape_world.h"
#include "tests/solver/fv_models.h"
#include <stdlib.h>

START_TEST(survival_curve_integrates_to_the_mean_time) {
    struct world w;
    const struct model1 m = {minus_dL, tied, tied_slope, NULL, 0, {_i ? .05 : .2, 0, 1}};
    world_init(&w, &m, 400, -2.5, 2, .5, _i ? ABSORBING : REFLECTING, REFLECTING);
    double *p0 = uniform_start(w.grid, -1.2, .7); /* a part starts on the target */
    const double mean = survival_mean(w.escape, p0);
    const double tau = exp(line_escape_log_time_from(w.escape, p0));
    ck_assert_double_le(fabs(mean / tau - 1), 1e-8);
    free(p0);
    world_finish(&w);
}
END_TEST

START_TEST(exit_density_is_minus_the_slope_of_survival) {
    struct world w;
    struct error err = {0};
    struct survival s;
    world_init(&w, &double_well, 300, -2, 2, 1, ABSORBING, REFLECTING);
    double *p0 = uniform_start(w.grid, -1, 0), t[5];
    for (int k = 0; k < 5; k++)
        t[k] = 1 + 1e-3 * k;
    const struct propagator_options options = {.tolerance = 1e-12};
    ck_assert_msg(survival_compute(w.escape, NULL, &options, p0, 5, t, &s, &err), "%s",
                  err.message);
    const double want =
        -(8 * (s.alive[3] - s.alive[1]) - (s.alive[4] - s.alive[0])) / (12 * 1e-3);
    ck_assert_double_le(fabs((s.lower[2] + s.upper[2]) / want - 1), 1e-8);
    ck_assert_double_gt(s.lower[2], 0);
    survival_finish(&s);
    free(p0);
    world_finish(&w);
}
END_TEST

/* Free motion from 0 to 1 before t: erfc(1 / (2 sqrt(D t))) = 0.07, 1e-6, 1e-9, from the
 * two cells at 0. A target, then an absorbing end, where the small probability is a
 * difference from 1. */
START_TEST(rare_arrivals_are_second_order_and_keep_their_digits) {
    static const double t[] = {0.3, 0.042, 0.0268};
    const struct model1 free_motion = {none, constant, NULL, NULL, 0, {.5}};
    const double want = erfc(1 / (2 * sqrt(.5 * t[_i % 3])));
    const bool target = _i < 3;
    double h[3], error[3], p, time_error;
    for (int k = 0; k < 3; k++) {
        struct world w;
        struct error err = {0};
        const size_t cells = (size_t)((target ? 825 : 525) << k);
        world_init(&w, &free_motion, cells, -2.5, target ? 3 : 1, 1, REFLECTING,
                   target ? REFLECTING : ABSORBING);
        double *p0 = calloc(cells, sizeof *p0);
        const size_t i = axis_find(w.grid->axis[0], 0);
        p0[i] = 0.5, p0[i - (w.grid->axis[0]->face[i] > -1e-9)] += 0.5;
        ck_assert_msg(
            survival_reached(w.escape, p0, t[_i % 3], NULL, &p, &time_error, &err), "%s",
            err.message);
        ck_assert_double_le(time_error, 1e-13);
        h[k] = w.grid->axis[0]->width[0], error[k] = fabs(p / want - 1);
        free(p0);
        world_finish(&w);
    }
    const double order = slope(3, h, error);
    ck_assert_double_le(error[2], 1e-2);
    ck_assert_msg(order > 1.8 && order < 2.2, "order %g, errors %g .. %g", order, error[0],
                  error[2]);
}
END_TEST

START_TEST(quasi_stationary_law_leaves_after_an_exponential_time) {
    struct error err = {0};
    const double temperature[] = {.5, .05, .0005}; /* barriers 0.5, 5 and 500 */
    struct model1 m = double_well;
    m.a[0] = temperature[_i];
    struct world w;
    struct line_quasi q;
    world_init(&w, &m, 500, -3, 3, 0, REFLECTING, REFLECTING);
    ck_assert_msg(line_quasi_compute(w.escape, 10, &q, &err), "%s", err.message);
    ck_assert_double_le(q.error, 1e-10);
    ck_assert_double_le(fabs(field_mass(w.grid, q.density) - 1), 1e-12);
    /* mean from nu = 1 / rate exactly */
    ck_assert_double_le(fabs(line_escape_log_time_from(w.escape, q.density) + q.log_rate),
                        1e-10);
    ck_assert_double_le(fabs(q.log_upper), 1e-12);
    if (_i < 2) { /* S(t) = e^{-rate t} */
        struct survival s;
        const double t[] = {.1 / q.rate, 1 / q.rate, 5 / q.rate};
        const struct propagator_options options = {.tolerance = 1e-12};
        ck_assert_msg(survival_compute(w.escape, NULL, &options, q.density, 3, t, &s, &err),
                      "%s", err.message);
        for (int k = 0; k < 3; k++)
            ck_assert_double_le(fabs(s.alive[k] - exp(-q.rate * t[k])), 1e-10);
        survival_finish(&s);
    }
    line_quasi_finish(&q);
    world_finish(&w);
}
END_TEST

/* b = 0, D = 1 between two exits: cos(pi x), rate pi^2. */
START_TEST(quasi_stationary_rate_of_free_motion_is_second_order) {
    const struct model1 free_motion = {none, constant, NULL, NULL, 0, {1}};
    double h[3], error[3];
    for (int k = 0; k < 3; k++) {
        struct error err = {0};
        struct world w;
        struct line_quasi q;
        const size_t cells = (size_t)50 << k;
        world_init(&w, &free_motion, cells, 0, 1, 9, ABSORBING, ABSORBING);
        ck_assert_msg(line_quasi_compute(w.escape, 3, &q, &err), "%s", err.message);
        h[k] = 1 / (double)cells;
        error[k] = fabs(q.rate - M_PI * M_PI);
        ck_assert_double_le(fabs(q.log_upper - log(.5)), 1e-12);
        line_quasi_finish(&q);
        world_finish(&w);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(order > 1.8 && order < 2.2, "order %g", order);
}
END_TEST

Suite *line_survival_suite(void);
Suite *line_survival_suite(void) {
    Suite *s = suite_create("line_survival");
    TCase *laws = tcase_create("laws");
    tcase_add_loop_test(laws, survival_curve_integrates_to_the_mean_time, 0, 2);
    tcase_add_test(laws, exit_density_is_minus_the_slope_of_survival);
    tcase_add_loop_test(laws, rare_arrivals_are_second_order_and_keep_their_digits, 0, 6);
    tcase_add_loop_test(laws, quasi_stationary_law_leaves_after_an_exponential_time, 0, 3);
    tcase_add_test(laws, quasi_stationary_rate_of_free_motion_is_second_order);
    suite_add_tcase(s, laws);
    return s;
}
