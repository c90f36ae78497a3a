/* SPDX-License-Identifier: GPL-3.0-or-later
 * Escape in the plane in the course of time: survival, the exit density, the
 * quasi-stationary law. */
#include "solver/fv/plane/quasi.h"
#include "solver/time/plane/survival.h"
#include "tests/solver/fv/plane/escape_world.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/plane_models.h"
#include "tests/solver/time/survival_mean.h"

static double *start_at(const struct world *w, double x, double y) {
    double *p = calloc(w->grid->cells, sizeof *p);
    const struct normal2 n = {{x, y}, 0.05, 0, 0.05};
    cell_averages(w->grid, normal2_density, &n, p);
    return p;
}

START_TEST(survival_curve_integrates_to_the_mean_time) {
    struct world w;
    struct error err = {0};
    struct plane_survival s;
    double t[SURVIVAL_POINTS], weight[SURVIVAL_POINTS];
    init_case(&w, _i, 20);
    double *p0 = start_at(&w, -0.8, -0.4); /* a little of it starts on the target */
    const struct propagator_options options = {.tolerance = 1e-10};
    survival_points(w.escape->cells, w.escape->tau, t, weight);
    ck_assert_msg(
        plane_survival_compute(w.escape, NULL, &options, p0, SURVIVAL_POINTS, t, &s, &err),
        "%s", err.message);
    const double mean = survival_integral(weight, s.alive);
    ck_assert_double_le(fabs(mean / exp(plane_escape_log_time_from(w.escape, p0)) - 1),
                        1e-8);
    plane_survival_finish(&s);
    free(p0);
    world_finish(&w);
}
END_TEST

START_TEST(exit_density_is_minus_the_slope_of_survival) {
    struct world w;
    struct error err = {0};
    struct plane_survival s;
    init_case(&w, 1, 24);
    double *p0 = start_at(&w, -0.8, -0.4), t[5];
    for (int k = 0; k < 5; k++)
        t[k] = 1 + 1e-3 * k;
    const struct propagator_options options = {.tolerance = 1e-12};
    ck_assert_msg(plane_survival_compute(w.escape, NULL, &options, p0, 5, t, &s, &err),
                  "%s", err.message);
    const double want =
        -(8 * (s.alive[3] - s.alive[1]) - (s.alive[4] - s.alive[0])) / (12 * 1e-3);
    ck_assert_double_le(fabs((s.target[2] + s.wall[2]) / want - 1), 1e-7);
    ck_assert_double_gt(s.target[2], 0);
    ck_assert_double_gt(s.wall[2], 0);
    plane_survival_finish(&s);
    free(p0);
    world_finish(&w);
}
END_TEST

START_TEST(quasi_stationary_law_leaves_after_an_exponential_time) {
    struct error err = {0};
    struct world w;
    struct plane_quasi q;
    init_case(&w, _i, 24);
    ck_assert_msg(plane_quasi_compute(w.escape, 24 * 12 + 3, &q, &err), "%s", err.message);
    ck_assert_double_le(q.error, 1e-10);
    ck_assert_double_eq_tol(field_mass(w.grid, q.density), 1, 1e-12);
    ck_assert_double_le(fabs(plane_escape_log_time_from(w.escape, q.density) + q.log_rate),
                        1e-10);
    double dot = 0, sum = 0;
    for (size_t i = 0; i < w.grid->cells; i++)
        dot += q.left[i] * q.density[i] * w.grid->volume[i];
    ck_assert_double_eq_tol(dot, 1, 1e-12);
    for (size_t k = 0; k < w.escape->target.places; k++)
        sum += q.exits[k];
    ck_assert_double_eq_tol(sum, 1, 1e-12);
    struct plane_survival s;
    const double t[] = {.1 / q.rate, 1 / q.rate, 5 / q.rate};
    const struct propagator_options options = {.tolerance = 1e-11};
    ck_assert_msg(
        plane_survival_compute(w.escape, NULL, &options, q.density, 3, t, &s, &err), "%s",
        err.message);
    for (int k = 0; k < 3; k++)
        ck_assert_double_le(fabs(s.alive[k] - exp(-q.rate * t[k])), 1e-9);
    plane_survival_finish(&s);
    plane_quasi_finish(&q);
    world_finish(&w);
}
END_TEST

/* Bounds of the rate that hold for barriers of e^600 as well, and agree with the time. */
START_TEST(quasi_stationary_rate_of_a_huge_barrier) {
    const double depth = 600;
    struct error err = {0};
    struct world w;
    struct plane_quasi q;
    world_init(&w, ridge_of(&depth), side(240, -2, 1, REFLECTING, REFLECTING),
               side(10, -2, 2, REFLECTING, REFLECTING), (struct box){0, 9, -9, 9});
    ck_assert_msg(plane_quasi_compute(w.escape, 20, &q, &err), "%s", err.message);
    ck_assert_double_le(q.error, 1e-10);
    ck_assert_double_lt(q.log_rate, -590);
    ck_assert_double_eq_tol(plane_escape_log_time_at(w.escape, (double[]){-1, 0}),
                            -q.log_rate, 1e-9);
    plane_quasi_finish(&q);
    world_finish(&w);
}
END_TEST

Suite *plane_survival_suite(void);
Suite *plane_survival_suite(void) {
    Suite *s = suite_create("plane_survival");
    TCase *laws = tcase_create("laws");
    tcase_set_timeout(laws, 60);
    tcase_add_loop_test(laws, survival_curve_integrates_to_the_mean_time, 0, 3);
    tcase_add_test(laws, exit_density_is_minus_the_slope_of_survival);
    tcase_add_loop_test(laws, quasi_stationary_law_leaves_after_an_exponential_time, 0, 3);
    tcase_add_test(laws, quasi_stationary_rate_of_a_huge_barrier);
    suite_add_tcase(s, laws);
    return s;
}
