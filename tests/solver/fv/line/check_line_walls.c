/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walls at which the noise vanishes: exponents, classes, exact laws, currents and times. */
#include "grids/field.h"
#include "solver/fv/line/moments.h"
#include "tests/solver/fv/line/wall_world.h"
#include "tests/solver/fv_models.h"
#include <stdlib.h>

/* ------------------------------------------------------------- exponents and classes */

static const struct {
    struct model1 model;
    double at, m, s;
    int side;
    enum feller class;
} walls[] = {
    /* clang-format off */
    {{line, power_D, power_dD, NULL, 0, {.08, 2, .045, 1}},     0, 1,  .08 / .045 - 1, 1,  FELLER_ENTRANCE},
    {{line, power_D, power_dD, NULL, 0, {.025, 1, .5, 1}},      0, 1,  -.95,           1,  FELLER_REGULAR},
    {{line, power_D, power_dD, NULL, .5, {.025, 1, .5, 1}},     0, 1,  -.45,           1,  FELLER_REGULAR},
    {{line, power_D, power_dD, NULL, 1, {.025, 1, .5, 1}},      0, 1,  .05,            1,  FELLER_ENTRANCE},
    {{line, power_D, power_dD, NULL, 0, {0, 1, .5, 1}},         0, 1,  -1,             1,  FELLER_EXIT},
    {{line, power_D, power_dD, NULL, 0, {-1, 1, .5, 1}},        0, 1,  -3,             1,  FELLER_EXIT},
    {{line, power_D, power_dD, NULL, 0, {1, 1, 1, 2}},          0, 2,  HUGE_VAL,       1,  FELLER_ENTRANCE},
    {{line, power_D, power_dD, NULL, 0, {-1, 1, 1, 3}},         0, 3,  -HUGE_VAL,      1,  FELLER_EXIT},
    {{line, power_D, power_dD, NULL, 0, {0, -3, 1, 2}},         0, 2,  1,              1,  FELLER_NATURAL},
    {{line, power_D, power_dD, NULL, 0, {0, 1, 1, 2}},          0, 2,  -3,             1,  FELLER_NATURAL},
    {{line, power_D, power_dD, NULL, 0, {.3, 1, 1, .5}},        0, .5, -.5,            1,  FELLER_REGULAR},
    {{mutation, binomial_D, binomial_dD, NULL, 0, {3, 2, 1}},   1, 1,  1,              -1, FELLER_ENTRANCE},
    {{mutation, binomial_D, binomial_dD, NULL, 0, {3, .25, 1}}, 1, 1,  -.75,           -1, FELLER_REGULAR},
    /* clang-format on */
};

START_TEST(exponents_and_classes_are_found) {
    for (size_t k = 0; k < sizeof walls / sizeof *walls; k++) {
        const struct coefficients c = model1_coefficients(&walls[k].model);
        struct error err = {0};
        struct line_wall w;
        ck_assert(line_wall_find(&c, walls[k].at, walls[k].side, 0.05, &w, &err));
        ck_assert_msg(w.vanishes && w.class == walls[k].class, "row %zu: %s", k,
                      feller_name(w.class));
        ck_assert_double_eq_tol(w.m, walls[k].m, 1e-12);
        if (isinf(walls[k].s))
            ck_assert_double_eq(w.s, walls[k].s);
        else
            ck_assert_double_eq_tol(w.s, walls[k].s, walls[k].m < 1 ? 1e-5 : 1e-8);
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
    return suite;
}
