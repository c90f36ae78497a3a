/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walls at which the noise vanishes: exponents, classes, exact laws, currents and times. */
#include "grids/field.h"
#include "solver/fv/initial.h"
#include "solver/fv/line/moments.h"
#include "solver/fv/line/passage.h"
#include "solver/time/line/survival.h"
#include "tests/slope.h"
#include "tests/solver/fv_models.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------- models */

/* b = a0 - a1 x, D = a2 x^a3 */
static double line(double x, const double *a) {
    return a[0] - a[1] * x;
}
static double power_D(double x, const double *a) {
    return a[2] * pow(x, a[3]);
}
static double power_dD(double x, const double *a) {
    return a[2] * a[3] * pow(x, a[3] - 1);
}
/* the same with noise above 0 only */
static double half_D(double x, const double *a) {
    return a[2] * fmax(x, 0);
}
static double half_dD(double x, const double *a) {
    return x > 0 ? a[2] : 0;
}
/* Wright and Fisher, Jacobi: b = a0 (1 - x) - a1 x, D = a2 x (1 - x) */
static double mutation(double x, const double *a) {
    return a[0] * (1 - x) - a[1] * x;
}
static double binomial_D(double x, const double *a) {
    return a[2] * x * (1 - x);
}
static double binomial_dD(double x, const double *a) {
    return a[2] * (1 - 2 * x);
}
/* logistic growth, b = a0 x (1 - x) */
static double logistic(double x, const double *a) {
    return a[0] * x * (1 - x);
}

struct world {
    struct coefficients c;
    struct grid *grid;
    struct line_generator *g;
};

static struct world make(const struct model1 *m, const struct axis_spec *spec) {
    struct error err = {0};
    struct world w = {model1_coefficients(m), grid1(spec), NULL};
    w.g = line_generator_create(w.grid, &w.c, &err);
    ck_assert_msg(w.g != NULL, "%s", err.message);
    return w;
}
static void finish(struct world *w) {
    line_generator_destroy(w->g);
    grid_destroy(w->grid);
}

/* ------------------------------------------------------------- exponents and classes */

START_TEST(exponents_and_classes_are_found) {
    static const struct {
        struct model1 model;
        double at, m, s;
        int side;
        enum feller class;
    } rows[] = {
        {{line, power_D, power_dD, NULL, 0, {.08, 2, .045, 1}},
         0,
         1,
         .08 / .045 - 1,
         1,
         FELLER_ENTRANCE},
        {{line, power_D, power_dD, NULL, 0, {.025, 1, .5, 1}},
         0,
         1,
         -.95,
         1,
         FELLER_REGULAR},
        {{line, power_D, power_dD, NULL, .5, {.025, 1, .5, 1}},
         0,
         1,
         -.45,
         1,
         FELLER_REGULAR},
        {{line, power_D, power_dD, NULL, 1, {.025, 1, .5, 1}},
         0,
         1,
         .05,
         1,
         FELLER_ENTRANCE},
        {{line, power_D, power_dD, NULL, 0, {0, 1, .5, 1}}, 0, 1, -1, 1, FELLER_EXIT},
        {{line, power_D, power_dD, NULL, 0, {-1, 1, .5, 1}}, 0, 1, -3, 1, FELLER_EXIT},
        {{line, power_D, power_dD, NULL, 0, {1, 1, 1, 2}},
         0,
         2,
         HUGE_VAL,
         1,
         FELLER_ENTRANCE},
        {{line, power_D, power_dD, NULL, 0, {-1, 1, 1, 3}},
         0,
         3,
         -HUGE_VAL,
         1,
         FELLER_EXIT},
        {{line, power_D, power_dD, NULL, 0, {0, -3, 1, 2}}, 0, 2, 1, 1, FELLER_NATURAL},
        {{line, power_D, power_dD, NULL, 0, {0, 1, 1, 2}}, 0, 2, -3, 1, FELLER_NATURAL},
        {{line, power_D, power_dD, NULL, 0, {.3, 1, 1, .5}}, 0, .5, -.5, 1, FELLER_REGULAR},
        {{mutation, binomial_D, binomial_dD, NULL, 0, {3, 2, 1}},
         1,
         1,
         1,
         -1,
         FELLER_ENTRANCE},
        {{mutation, binomial_D, binomial_dD, NULL, 0, {3, .25, 1}},
         1,
         1,
         -.75,
         -1,
         FELLER_REGULAR},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const struct coefficients c = model1_coefficients(&rows[k].model);
        struct error err = {0};
        struct line_wall w;
        ck_assert(line_wall_find(&c, rows[k].at, rows[k].side, 0.05, &w, &err));
        ck_assert_msg(w.vanishes && w.class == rows[k].class, "row %zu: %s", k,
                      feller_name(w.class));
        ck_assert_double_eq_tol(w.m, rows[k].m, 1e-12);
        if (isinf(rows[k].s))
            ck_assert_double_eq(w.s, rows[k].s);
        else
            ck_assert_double_eq_tol(w.s, rows[k].s, rows[k].m < 1 ? 1e-5 : 1e-8);
    }
}
END_TEST

START_TEST(noise_that_does_not_vanish_is_no_wall) {
    struct error err = {0};
    struct line_wall w;
    const struct model1 m = {line, power_D, power_dD, NULL, 0, {1, 1, .5, 1}};
    const struct coefficients c = model1_coefficients(&m);
    ck_assert(line_wall_find(&c, 1, 1, 0.05, &w, &err) && !w.vanishes && !w.near);
    ck_assert(line_wall_find(&c, 1e-9, 1, 0.05, &w, &err) && !w.vanishes && w.near);
    ck_assert_double_eq_tol(w.s, 1, 1e-6);
}
END_TEST

/* ---------------------------------------------------------------------- exact laws */

/* Integral of x^s e^(-2 x) from 0 (as it is, or where D = x^m from its law) over a cell, by
 * x = u^(1/(s+1)) and midpoints. */
static double gamma_mass(double s, double lo, double hi) {
    enum { PARTS = 20000 };
    const double n = s + 1, a = pow(lo, n), b = pow(hi, n);
    double sum = 0;
    for (int k = 0; k < PARTS; k++)
        sum += exp(-2 * pow(a + (b - a) * (k + 0.5) / PARTS, 1 / n));
    return sum * (b - a) / PARTS / n;
}

/* b = a - x, D = x/2, Ito: Gamma(2a, 1/2); Stratonovich and Klimontovich: 2a + 1/2, + 1. */
START_TEST(cell_averages_of_gamma_laws_are_exact) {
    static const double shape[] = {.05, .3, 1, 2.5, 10};
    const double alpha = _i / 2.0;
    for (size_t k = 0; k < sizeof shape / sizeof *shape; k++) {
        const struct model1 m = {line, power_D, power_dD,
                                 NULL, alpha,   {shape[k] / 2, 1, .5, 1}};
        struct world w = make(&m, &(struct axis_spec){.cells = 60, .lo = 0, .hi = 12});
        struct stationary s;
        struct error err = {0};
        double mass[60], total = 0;
        ck_assert(line_stationary_compute(w.g, &s, &err) && s.kind == STATIONARY_UNIQUE);
        for (int i = 0; i < 60; i++)
            total += mass[i] = gamma_mass(shape[k] - 1 + alpha, w.grid->axis[0]->face[i],
                                          w.grid->axis[0]->face[i + 1]);
        for (int i = 0; i < 60; i++) /* midpoints: 1e-8 */
            ck_assert_double_eq_tol(s.density[i] * w.grid->volume[i] / (mass[i] / total), 1,
                                    1e-6);
        stationary_finish(&s);
        finish(&w);
    }
}
END_TEST

/* Means of stationary laws, as the program records them: second order in the cell width. */
START_TEST(means_of_known_laws_are_right) {
    static const struct {
        struct model1 model;
        double lo, hi, mean, tolerance;
    } rows[] = {
        {{line, power_D, power_dD, NULL, 0, {.08, 2, .045, 1}}, 0, .5, .04, 1e-7},
        {{line, power_D, power_dD, NULL, 0, {.08, 2, .045, 1}}, 1e-9, .5, .04, 1e-7},
        {{line, power_D, power_dD, NULL, 0, {1, 1, .5, 1}}, 0, 20, 1, 1e-5},
        {{line, power_D, power_dD, NULL, 0, {1.25, 1, .5, 1}}, 0, 20, 1.25, 2e-5},
        {{line, power_D, power_dD, NULL, .5, {1.25, 1, .5, 1}}, 0, 20, 1.5, 2e-5},
        {{line, power_D, power_dD, NULL, 1, {1.25, 1, .5, 1}}, 0, 20, 1.75, 2e-5},
        {{mutation, binomial_D, binomial_dD, NULL, 0, {3, 2, 1}}, 0, 1, .6, 1e-7},
        {{mutation, binomial_D, binomial_dD, NULL, 0, {1, 1, 1}}, 0, 1, .5, 1e-12},
        {{mutation, binomial_D, binomial_dD, NULL, 0, {.025, .025, 1}}, 0, 1, .5, 1e-9},
        /* p_st = x^-3 e^(-1/x), x^-3 e^(-1/(2x^2) + 1/x), x^-4 e^(-1/(3x^3) + 1/(2x^2)), by
         * quadrature on [0, 4] */
        {{line, power_D, power_dD, NULL, 0, {1, 1, 1, 2}}, 0, 4, .8, 1e-5},
        {{line, power_D, power_dD, NULL, 0, {1, 1, 1, 3}}, 0, 4, .719744433, 1e-5},
        {{line, power_D, power_dD, NULL, 0, {1, 1, 1, 4}}, 0, 4, .690280756, 1e-5},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct world w =
            make(&rows[k].model,
                 &(struct axis_spec){.cells = 200, .lo = rows[k].lo, .hi = rows[k].hi});
        struct stationary s;
        struct error err = {0};
        ck_assert(line_stationary_compute(w.g, &s, &err) && s.kind == STATIONARY_UNIQUE);
        const double mean = line_moments(w.g, s.density).mean;
        ck_assert_msg(fabs(mean - rows[k].mean) < rows[k].tolerance,
                      "row %zu: mean %.9g for %.9g", k, mean, rows[k].mean);
        stationary_finish(&s);
        finish(&w);
    }
}
END_TEST

/* D = max(x, 0) / 2 with 0 on a face, b = 1 - x: below 0 drift only; Gamma(2, 1/2) above. */
START_TEST(a_wall_inside_the_grid_is_one_too) {
    const double at0 = 0;
    const struct model1 m = {line, half_D, half_dD, NULL, 0, {1, 1, .5}};
    struct world w = make(
        &m,
        &(struct axis_spec){.cells = 130, .lo = -1, .hi = 12, .aligns = 1, .align = &at0});
    struct stationary s;
    struct error err = {0};
    ck_assert(line_stationary_compute(w.g, &s, &err) && s.kind == STATIONARY_UNIQUE);
    const struct axis *axis = w.grid->axis[0];
    for (size_t i = 0; i < 130; i++) {
        const double lo = axis->face[i], hi = axis->face[i + 1];
        const double mass =
            lo < 0 ? 0 : (2 * lo + 1) * exp(-2 * lo) - (2 * hi + 1) * exp(-2 * hi);
        ck_assert_double_eq_tol(s.density[i] * axis->width[i], mass, 1e-9);
    }
    stationary_finish(&s);
    finish(&w);
}
END_TEST

/* What reaches an exit that reflects stays: the martingale's mean is kept to rounding, and
 * x0 is the part on the upper wall. */
START_TEST(mass_stays_on_an_exit_that_reflects) {
    const struct model1 m = {mutation, binomial_D, binomial_dD, NULL, 0, {0, 0, .025}};
    struct world w = make(&m, &(struct axis_spec){.cells = 50, .lo = 0, .hi = 1});
    struct stationary s;
    struct error err = {0};
    double p[50] = {0};
    p[0] = .7 * 50, p[49] = .3 * 50;
    const struct moments all = line_moments(w.g, p);
    ck_assert_double_eq_tol(all.mean, .3, 1e-14);
    ck_assert_double_eq_tol(all.variance, .21, 1e-14);
    ck_assert(w.g->left[1] == 0 && w.g->right[1] > 0 && w.g->log_ratio[1] == -HUGE_VAL);
    ck_assert(w.g->right[49] == 0 && w.g->left[49] > 0);
    ck_assert(line_stationary_compute(w.g, &s, &err) && s.kind == STATIONARY_DEGENERATE);
    stationary_finish(&s);
    finish(&w);
}
END_TEST

/* Noise so small that p_st is steep in every cell, drift to the wall and from it: what is
 * left of a density is finite and positive, and conserved where both ends reflect. */
START_TEST(steep_laws_stay_finite) {
    static const double a0[] = {-1, -1e-3, 0, 1e-3, 1}, power[] = {.5, 1, 1.5, 2, 3};
    for (int k = 0; k < 5 * 5 * 4; k++) {
        const struct model1 m = {line,        power_D,
                                 power_dD,    NULL,
                                 k % 3 / 2.0, {a0[k % 5], k % 2, 1e-3, power[k / 5 % 5]}};
        const enum boundary lower = k / 25 % 2 ? ABSORBING : REFLECTING;
        struct world w = make(&m, &(struct axis_spec){.cells = 40,
                                                      .lo = k < 50 ? 0 : 1e-9,
                                                      .hi = 2,
                                                      .boundary = {lower, REFLECTING}});
        for (int f = 0; f <= 40; f++)
            ck_assert_msg(w.g->left[f] >= 0 && w.g->right[f] >= 0 &&
                              isfinite(w.g->left[f]) && isfinite(w.g->right[f]) &&
                              !isnan(w.g->log_ratio[f]),
                          "model %d, face %d: %g %g", k, f, w.g->left[f], w.g->right[f]);
        double p[40];
        for (int i = 0; i < 40; i++)
            p[i] = 1;
        const double mean =
            line_moments(w.g, p).mean; /* a flat density, where nothing gathers */
        ck_assert_msg(mean > 0.8 && mean < 1.1, "model %d: mean %g", k, mean);
        finish(&w);
    }
}
END_TEST

START_TEST(every_allocation_may_fail) {
    const struct model1 m = {mutation, binomial_D, binomial_dD, NULL, 0, {.3, 0, 1}};
    const struct coefficients c = model1_coefficients(&m);
    struct grid *grid = grid1(&(struct axis_spec){.cells = 20, .lo = 0, .hi = 1});
    struct line_generator *g = NULL;
    size_t fails = 0;
    while (g == NULL) {
        struct error err = {0};
        array_fail_at(++fails);
        g = line_generator_create(grid, &c, &err);
        ck_assert(g != NULL || err.kind == ERROR_MEMORY);
    }
    array_fail_at(0);
    ck_assert_uint_gt(fails, 12); /* arrays, samples, and the panels of both walls */
    line_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

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

Suite *line_walls_suite(void);
Suite *line_walls_suite(void) {
    Suite *suite = suite_create("line_walls");
    TCase *local = tcase_create("exponents");
    tcase_add_test(local, exponents_and_classes_are_found);
    tcase_add_test(local, noise_that_does_not_vanish_is_no_wall);
    suite_add_tcase(suite, local);
    TCase *laws = tcase_create("laws");
    tcase_add_loop_test(laws, cell_averages_of_gamma_laws_are_exact, 0, 3);
    tcase_add_test(laws, means_of_known_laws_are_right);
    tcase_add_test(laws, a_wall_inside_the_grid_is_one_too);
    tcase_add_test(laws, mass_stays_on_an_exit_that_reflects);
    tcase_add_test(laws, steep_laws_stay_finite);
    tcase_add_test(laws, every_allocation_may_fail);
    suite_add_tcase(suite, laws);
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
