/* SPDX-License-Identifier: GPL-3.0-or-later
 * Absorbing walls where the noise vanishes: currents, mean times, survival. */
#include "solver/fv/initial.h"
#include "solver/fv/line/passage.h"
#include "solver/time/line/survival.h"
#include "tests/slope.h"
#include "tests/solver/fv/line/wall_world.h"
#include "tests/solver/fv_models.h"
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- walls that absorb */

/* b = s d + d, D = d x: p = 1 has the current s d everywhere (s < 0: into the wall). */
START_TEST(a_constant_current_into_an_open_wall_is_exact) {
    static const double s[] = {-0.05, -0.5, -0.95, -1, -1.5, -3};
    for (size_t k = 0; k < sizeof s / sizeof *s; k++) {
        const struct model1 m = {line, power_D, power_dD,
                                 NULL, 0,       {0.5 * (s[k] + 1), 0, 0.5, 1}};
        struct world w = make(
            &m, &(struct axis_spec){
                    .cells = 20, .lo = 0, .hi = 2, .boundary = {ABSORBING, REFLECTING}});
        double p[20], J[21];
        for (int i = 0; i < 20; i++)
            p[i] = 1;
        line_generator_flux(w.g, p, J);
        for (int f = 0; f < 20; f++)
            ck_assert_msg(fabs(J[f] / (0.5 * s[k]) - 1) < 1e-9, "s = %g: J[%d] = %g s d",
                          s[k], f, J[f] / (0.5 * s[k]));
        finish(&w);
    }
}
END_TEST

START_TEST(a_wall_that_cannot_be_reached_absorbs_nothing) {
    static const struct model1 models[] = {
        {line, power_D, power_dD, NULL, 0, {1, 1, .5, 1}}, /* entrance */
        {line, power_D, power_dD, NULL, 0, {0, -3, 1, 2}}, /* natural, p_st ~ x */
        {line, power_D, power_dD, NULL, 0, {0, 1, 1, 2}},  /* natural, p_st ~ x^-3 */
        {line, power_D, power_dD, NULL, 0, {1, 1, 1, 3}}};
    for (size_t k = 0; k < sizeof models / sizeof *models; k++) {
        struct world w =
            make(&models[k],
                 &(struct axis_spec){
                     .cells = 40, .lo = 0, .hi = 4, .boundary = {ABSORBING, REFLECTING}});
        ck_assert_msg(w.g->right[0] == 0 && w.g->left[0] == 0, "model %zu", k);
        finish(&w);
    }
}
END_TEST

/* Mean times, of `from` to the absorbing ends or to the face `to` (HUGE_VAL: none). */
static const struct passage_case {
    struct model1 model;
    double lo, hi, from, to, time;
    enum boundary ends[2];
    size_t cells;     /* the coarsest grid */
    double tolerance; /* of three times as many */
} cases[] = {
    /* by quadrature of the double integral (scipy, 1e-12) */
    {{line, power_D, power_dD, NULL, 0, {.08, 2, .045, 1}},
     0,
     .5,
     .04,
     .1,
     3.5288230829714724,
     {REFLECTING, REFLECTING},
     100,
     6e-4},
    {{logistic, power_D, power_dD, NULL, 0, {.2, 0, .01, 1}},
     0,
     3,
     .5,
     HUGE_VAL,
     69346.9356343903,
     {ABSORBING, REFLECTING},
     150,
     3e-7},
    /* Wright and Fisher: -(x ln x + (1 - x) ln(1 - x)) / d */
    {{mutation, binomial_D, binomial_dD, NULL, 0, {0, 0, .025}},
     0,
     1,
     .3,
     HUGE_VAL,
     24.4345720847,
     {ABSORBING, ABSORBING},
     100,
     3e-5},
};

static double grid_time(const struct passage_case *q, size_t cells) {
    struct error err = {0};
    const struct axis_spec spec = {
        .cells = cells, .lo = q->lo, .hi = q->hi, .boundary = {q->ends[0], q->ends[1]}};
    struct world w = make(&q->model, &spec);
    bool *target = calloc(cells, sizeof *target);
    for (size_t i = 0; i < cells; i++)
        target[i] = w.grid->axis[0]->centre[i] > q->to;
    struct line_escape *e = line_escape_create(w.g, target, &err);
    ck_assert_msg(e != NULL, "%s", err.message);
    const double time = exp(line_escape_log_time_at(e, q->from));
    line_escape_destroy(e);
    free(target);
    finish(&w);
    return time;
}

START_TEST(mean_times_are_of_second_order) {
    const struct passage_case *q = &cases[_i];
    double h[3], error[3];
    for (int k = 0; k < 3; k++) {
        h[k] = ldexp(1, -k);
        error[k] = fabs(grid_time(q, q->cells << k) / q->time - 1);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(1.8 < order && order < 2.4, "order %g: %g %g %g", order, error[0],
                  error[1], error[2]);
    ck_assert_double_lt(error[2], q->tolerance);
}
END_TEST

START_TEST(the_integral_takes_walls_without_noise) {
    const struct passage_case *q = &cases[_i];
    const struct coefficients c = model1_coefficients(&q->model);
    const struct line_passage p = {
        .lo = q->lo,
        .hi = fmin(q->hi, q->to),
        .absorbs = {q->ends[0] == ABSORBING, q->ends[1] == ABSORBING || q->to < q->hi},
        .tolerance = 1e-10};
    struct line_passage_time t;
    struct error err = {0};
    ck_assert_msg(line_passage_integrate(&c, &p, q->from, &t, &err), "%s", err.message);
    ck_assert_double_eq_tol(t.time / q->time, 1, 1e-9);
}
END_TEST

START_TEST(the_integral_says_that_mass_stays_on_a_wall) {
    const struct model1 m = {line, power_D, power_dD, NULL, 0, {0, 1, .5, 1}};
    const struct coefficients c = model1_coefficients(&m);
    const struct line_passage p = {
        .lo = 0, .hi = 1, .absorbs = {false, true}, .tolerance = 1e-10};
    struct line_passage_time t;
    struct error err = {0};
    ck_assert(!line_passage_integrate(&c, &p, .5, &t, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "infinite: mass ends at 0"));
}
END_TEST

/* b = 1/4 - x, D = x/2 from 1: x = y^2 with y an Ornstein-Uhlenbeck process that is killed at
 * 0, so that P(alive at t) = erf sqrt(2 e^-t / (1 - e^-t)). The error is h^2 ln(1/h). */
START_TEST(survival_at_a_regular_wall_is_of_second_order) {
    const struct model1 m = {line, power_D, power_dD, NULL, 0, {.25, 1, .5, 1}};
    const double t = 3, start = 1, alive = erf(sqrt(2 * exp(-t) / -expm1(-t)));
    const struct propagator_options options = {.tolerance = 1e-12};
    double h[3], error[3];
    ck_assert_double_eq_tol(alive, .352905391, 1e-9);
    for (int k = 0; k < 3; k++) {
        struct error err = {0};
        const size_t cells = (size_t)256 << k;
        struct world w = make(
            &m, &(struct axis_spec){
                    .cells = cells, .lo = 0, .hi = 8, .boundary = {ABSORBING, REFLECTING}});
        struct line_escape *e = line_escape_create(w.g, NULL, &err);
        double *p = calloc(cells, sizeof *p);
        struct survival s;
        ck_assert(e != NULL && initial_point(w.grid, &start, p, &err));
        ck_assert(survival_compute(e, NULL, &options, p, 1, &t, &s, &err));
        h[k] = 8.0 / (double)cells;
        error[k] = fabs(s.alive[0] - alive) / log(8 / h[k]);
        survival_finish(&s);
        free(p);
        line_escape_destroy(e);
        finish(&w);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(1.8 < order && order < 2.2, "order %g: %g %g %g", order, error[0],
                  error[1], error[2]);
    ck_assert_double_lt(error[2], 1e-5);
}
END_TEST

Suite *line_open_walls_suite(void);
Suite *line_open_walls_suite(void) {
    Suite *suite = suite_create("line_open_walls");
    TCase *open = tcase_create("walls that absorb");
    const int n = sizeof cases / sizeof *cases;
    tcase_add_test(open, a_constant_current_into_an_open_wall_is_exact);
    tcase_add_test(open, a_wall_that_cannot_be_reached_absorbs_nothing);
    tcase_add_loop_test(open, mean_times_are_of_second_order, 0, n);
    tcase_add_loop_test(open, the_integral_takes_walls_without_noise, 0, n);
    tcase_add_test(open, the_integral_says_that_mass_stays_on_a_wall);
    tcase_add_test(open, survival_at_a_regular_wall_is_of_second_order);
    tcase_set_timeout(open, 60);
    suite_add_tcase(suite, open);
    return suite;
}
