/* SPDX-License-Identifier: GPL-3.0-or-later
 * Killing and resets within cells: means of the rates, what they do to mass, and how it ends. */
#include "solver/fv/sinks.h"
#include "solver/time/line/fate.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/plane_models.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* k = x^14 (1 + y^14), r = |x|; in one variable y = 0. */
static bool killing(const void *self, size_t n, const double *const *x, double *k,
                    struct error *err) {
    (void)err;
    for (size_t i = 0; i < n; i++)
        k[i] = pow(x[0][i], 14) * (self != NULL ? 1 + pow(x[1][i], 14) : 1);
    return true;
}
static bool reset(const void *self, size_t n, const double *const *x, double *r,
                  struct error *err) {
    (void)self, (void)err;
    for (size_t i = 0; i < n; i++)
        r[i] = fabs(x[0][i]);
    return true;
}
/* Uniform on the grid. */
static bool uniform(const void *self, const struct grid *grid, double *density,
                    struct error *err) {
    double volume = 0;
    (void)self, (void)err;
    for (size_t i = 0; i < grid->cells; i++)
        volume += grid->volume[i];
    for (size_t i = 0; i < grid->cells; i++)
        density[i] = 1 / volume;
    return true;
}
static const struct reset_density to = {uniform, NULL};

static bool no_rate(const void *self, size_t n, const double *const *x, double *k,
                    struct error *err) {
    (void)self, (void)n, (void)x, (void)k;
    err->kind = ERROR_RUN;
    return false;
}

/* Integral of x^14 over a cell, by its width. */
static double mean14(const struct axis *a, size_t i) {
    return (pow(a->face[i + 1], 15) - pow(a->face[i], 15)) / 15 / a->width[i];
}

START_TEST(means_are_exact_for_polynomials) {
    struct error err;
    struct sinks s;
    struct grid *line = grid1(&(struct axis_spec){.cells = 7, .lo = -1.5, .hi = 2});
    struct grid *plane = grid2_of((struct side2){.cells = 5, .lo = -1, .hi = 1.5},
                                  (struct side2){.cells = 4, .lo = -2, .hi = 1});
    ck_assert(sinks_init(&s, line, &(struct coefficients){.killing = killing}, &err));
    ck_assert_ptr_null(s.reset);
    for (size_t i = 0; i < 7; i++) {
        const double mean = mean14(line->axis[0], i);
        ck_assert_double_eq_tol(s.killing[i], mean, 64 * DBL_EPSILON * mean);
    }
    sinks_finish(&s);
    ck_assert(sinks_init(&s, plane, &(struct coefficients){.killing = killing, .self = &to},
                         &err));
    for (size_t i = 0; i < 20; i++) {
        const double mean =
            mean14(plane->axis[0], i % 5) * (1 + mean14(plane->axis[1], i / 5));
        ck_assert_double_eq_tol(s.killing[i], mean, 64 * DBL_EPSILON * mean);
    }
    sinks_finish(&s);
    grid_destroy(plane);
    grid_destroy(line);
}
END_TEST

/* Killed mass is lost, reset mass is not. */
START_TEST(resets_keep_the_mass_and_killing_does_not) {
    struct error err;
    struct sinks s;
    struct grid *g = grid1(&(struct axis_spec){.cells = 40, .lo = -1, .hi = 1});
    double p[40], change[40] = {0}, sum = 0, killed = 0;
    for (int i = 0; i < 40; i++)
        p[i] = 1 + sin(i);
    ck_assert(sinks_init(
        &s, g, &(struct coefficients){.killing = killing, .reset = reset, .to = &to},
        &err));
    ck_assert(sinks_any(&s));
    sinks_apply(&s, g, p, change);
    for (int i = 0; i < 40; i++) {
        sum += change[i] * g->volume[i];
        killed += s.killing[i] * p[i] * g->volume[i];
    }
    ck_assert_double_eq_tol(sum, -killed, 64 * DBL_EPSILON);
    sinks_finish(&s);
    grid_destroy(g);
}
END_TEST

START_TEST(failures_are_passed_on) {
    struct error err;
    struct sinks s;
    struct grid *g = grid1(&(struct axis_spec){.cells = 4, .lo = -1, .hi = 1});
    ck_assert(!sinks_init(&s, g, &(struct coefficients){.killing = no_rate}, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    sinks_finish(&s);
    for (size_t k = 1; k <= 4; k++) {
        const struct coefficients c = {.killing = killing, .reset = reset, .to = &to};
        array_fail_at(k);
        ck_assert(!sinks_init(&s, g, &c, &err));
        array_fail_at(0);
        ck_assert_int_eq(err.kind, ERROR_MEMORY);
        sinks_finish(&s);
    }
    grid_destroy(g);
}
END_TEST

/* ------------------------------------------------------------------------- the end */

static double rest(double x, const double *a) {
    return x * a[0] * 0;
}
static double half(double x, const double *a) {
    return 0.5 + 0 * x * a[0];
}
static double death(double x, const double *a) {
    return a[1] + 0 * x;
}

/* u = P(killed) from x, absorbed at +-1:  u''/2 = k (u - 1),
 *     u = 1 - cosh(w x)/cosh w,   w = sqrt(2 k). */
START_TEST(the_fate_of_free_mass_is_known) {
    struct error err;
    const struct model1 m = {rest, half, NULL, NULL, 0, {0, 2}};
    struct coefficients c = model1_coefficients(&m);
    double errors[2];
    for (int level = 0; level < 2; level++) {
        struct grid *g = grid1(&(struct axis_spec){.cells = level ? 256 : 128,
                                                   .lo = -1,
                                                   .hi = 1,
                                                   .boundary = {ABSORBING, ABSORBING}});
        struct line_generator *line = line_generator_create(g, &c, &err);
        double *p = array_create(g->cells, sizeof *p, &err), part[FATES];
        ck_assert(line != NULL && p != NULL);
        line->sinks.killing = array_create(g->cells, sizeof *p, &err);
        for (size_t i = 0; i < g->cells; i++)
            line->sinks.killing[i] = death(0, m.a);
        struct line_fate *fate = line_fate_create(line, &err);
        const size_t at = g->cells / 2 + g->cells / 8;
        p[at] = 1 / g->volume[at];
        line_fate_find(fate, p, part);
        const double exact = 1 - cosh(2 * g->axis[0]->centre[at]) / cosh(2);
        errors[level] = fabs(part[FATE_KILLED] - exact);
        ck_assert_double_eq_tol(part[FATE_KILLED] + part[FATE_ABSORBED], 1, 1e-13);
        line_fate_destroy(fate);
        line_generator_destroy(line);
        grid_destroy(g);
        free(p);
    }
    const double order = log2(errors[0] / errors[1]);
    ck_assert_msg(1.7 < order && order < 2.3, "order %g: %g, %g", order, errors[0],
                  errors[1]);
}
END_TEST

Suite *sinks_suite(void);
Suite *sinks_suite(void) {
    Suite *suite = suite_create("sinks");
    TCase *rates = tcase_create("rates"), *fates = tcase_create("fates");
    suite_add_tcase(suite, rates);
    suite_add_tcase(suite, fates);
    tcase_add_test(rates, means_are_exact_for_polynomials);
    tcase_add_test(rates, resets_keep_the_mass_and_killing_does_not);
    tcase_add_test(rates, failures_are_passed_on);
    tcase_add_test(fates, the_fate_of_free_mass_is_known);
    return suite;
}
