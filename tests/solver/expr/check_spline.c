/* SPDX-License-Identifier: GPL-3.0-or-later
 * Functions given by points: cubics exactly, orders of convergence, and what each option
 * promises; as nodes of expressions, in the graph and in programs. */
#include "solver/expr/graph.h"
#include "solver/expr/program.h"
#include "solver/expr/spline.h"
#include "tests/slope.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 2600 };
static struct error err;
static double x[MOST], y[MOST];

/* x_i uneven in [-2, 2], y_i = f(x_i). */
static void sample(size_t n, double (*f)(double)) {
    for (size_t i = 0; i < n; i++) {
        const double s = (double)i / (double)(n - 1);
        x[i] = i + 1 == n ? 2 : -2 + 4 * (s + 0.1 * sin(2 * M_PI * s) / M_PI);
        y[i] = f(x[i]);
    }
}

static struct spline *create(size_t n, struct spline_options options) {
    struct spline *s = spline_create(n, x, y, options, &err);
    ck_assert_msg(s != NULL, "%s", err.message);
    return s;
}

static double at(const struct spline *s, int order, double u) {
    double value;
    spline_values(s, order, 1, &value, &u);
    return value;
}

static const struct spline_options plain;

static double cubic(double u) {
    return 1 + u * (-2 + u * (0.5 + 0.25 * u));
}

/* Slopes come from divided differences, whose rounding is eps y/h, and lose a factor 6/h a
 * derivative: here h = 0.17 at least. */
START_TEST(cubics_are_exact_with_their_derivatives) {
    sample(21, cubic);
    struct spline *s = create(21, plain);
    for (double u = -2; u <= 2; u += 0.013) {
        const double exact[] = {cubic(u), -2 + u + 0.75 * u * u, 1 + 1.5 * u, 1.5};
        const double tolerance[] = {1, 20, 600, 20000};
        for (int k = 0; k < 4; k++)
            ck_assert_double_eq_tol(at(s, k, u), exact[k], tolerance[k] * 16 * DBL_EPSILON);
    }
    spline_destroy(s);
}
END_TEST

START_TEST(four_points_make_one_cubic) {
    sample(4, cubic);
    struct spline *s = create(4, plain);
    for (double u = -2; u <= 2; u += 0.013)
        ck_assert_double_eq_tol(at(s, 0, u), cubic(u), 64 * DBL_EPSILON);
    spline_destroy(s);
}
END_TEST

static double wave(double u) {
    return 2 + sin(M_PI * u / 2 * 3);
}
static double wave_derivative(int order, double u) {
    const double k = 1.5 * M_PI;
    return order == 0 ? wave(u) : pow(k, order) * sin(k * u + order * M_PI_2);
}

/* Largest error of derivative `order` on n points. */
static double wave_error(size_t n, int order, struct spline_options options) {
    double largest = 0;
    sample(n, wave);
    if (options.periodic) y[n - 1] = y[0];
    struct spline *s = create(n, options);
    for (double u = -2; u <= 2; u += 0.0037)
        largest = fmax(largest, fabs(at(s, order, u) - wave_derivative(order, u)));
    spline_destroy(s);
    return largest;
}

/* Order 4 - k of derivative k, for each kind (positive: of values well above 0). On fewer
 * points the layers at not-a-knot ends are most of the error, and fall faster. */
START_TEST(errors_fall_with_their_order) {
    static const struct spline_options kinds[] = {{false, false, OUTSIDE_NONE},
                                                  {false, true, OUTSIDE_NONE},
                                                  {true, false, OUTSIDE_NONE}};
    for (size_t kind = 0; kind < 3; kind++)
        for (int order = 0; order < 4; order++) {
            double h[3], error[3];
            for (int r = 0; r < 3; r++) {
                const size_t n = (size_t)640 << r;
                h[r] = 1.0 / (double)n;
                error[r] = wave_error(n + 1, order, kinds[kind]);
            }
            const double found = slope(3, h, error);
            ck_assert_msg(fabs(found - (4 - order)) < 0.2, "kind %zu, derivative %d: %g",
                          kind, order, found);
        }
}
END_TEST

START_TEST(derivatives_are_continuous_up_to_the_second) {
    sample(30, wave);
    struct spline *s = create(30, plain);
    for (size_t i = 1; i < 29; i++)
        for (int order = 0; order < 3; order++) {
            const double left = at(s, order, nextafter(x[i], -3));
            const double right = at(s, order, x[i]);
            ck_assert_double_eq_tol(left, right, 1e-10);
        }
    spline_destroy(s);
}
END_TEST

START_TEST(periodic_repeats_itself) {
    sample(41, wave);
    y[40] = y[0];
    struct spline *s = create(41, (struct spline_options){.periodic = true});
    for (int order = 0; order < 3; order++) {
        ck_assert_double_eq_tol(at(s, order, nextafter(2, 0)), at(s, order, -2), 1e-10);
        for (double u = -2; u < 2; u += 0.171)
            for (int turn = -3; turn <= 3; turn++)
                ck_assert_double_eq_tol(at(s, order, u + 4 * turn), at(s, order, u), 1e-10);
    }
    spline_destroy(s);
}
END_TEST

/* As sin(-pi) and sin(pi) are: the last value is the first but for rounding. */
START_TEST(a_period_closes_but_for_rounding) {
    sample(41, wave);
    y[40] = y[0] * (1 + 1e-15);
    struct spline *s = create(41, (struct spline_options){.periodic = true});
    for (double u = -2; u < 2; u += 0.171)
        ck_assert_double_eq_tol(at(s, 0, u + 4), wave(u), 1e-3);
    spline_destroy(s);
    y[40] = y[0] * (1 + 1e-11);
    ck_assert_ptr_null(
        spline_create(41, x, y, (struct spline_options){.periodic = true}, &err));
    ck_assert(strstr(err.message, "is not the first") != NULL);
}
END_TEST

static double spike(double u) {
    return fabs(u) < 0.3 ? 5 : u > 1.2 ? (u - 1.2) * (u - 1.2) : 0;
}

START_TEST(positive_is_never_below_zero) {
    int below = 0;
    sample(23, spike);
    struct spline *s = create(23, (struct spline_options){.positive = true});
    struct spline *plain_s = create(23, plain);
    for (double u = -2; u <= 2; u += 0.0007) {
        ck_assert_double_ge(at(s, 0, u), 0);
        const double rise = at(s, 0, u + 1e-6) - at(s, 0, u - 1e-6); /* its derivative */
        if (fabs(u) < 1.999) ck_assert_double_eq_tol(rise / 2e-6, at(s, 1, u), 1e-3);
        below += at(plain_s, 0, u) < 0;
    }
    ck_assert_int_gt(below, 0);
    for (size_t i = 0; i < 23; i++) /* through the points, with one slope */
        ck_assert(at(s, 0, x[i]) == y[i]);
    for (size_t i = 1; i < 22; i++)
        ck_assert_double_eq_tol(at(s, 1, nextafter(x[i], -3)), at(s, 1, x[i]), 1e-10);
    ck_assert(spline_jumps(s, 2) && !spline_jumps(s, 1) && !spline_jumps(plain_s, 2));
    spline_destroy(s);
    spline_destroy(plain_s);
}
END_TEST

START_TEST(outside_is_as_chosen) {
    sample(21, cubic);
    struct spline *none = create(21, plain);
    struct spline *hold = create(21, (struct spline_options){.outside = OUTSIDE_HOLD});
    struct spline *line = create(21, (struct spline_options){.outside = OUTSIDE_LINEAR});
    for (int order = 0; order < 4; order++) {
        ck_assert(isnan(at(none, order, 2.001)) && isnan(at(none, order, -2.001)));
        ck_assert(isfinite(at(none, order, nextafter(2, 3))));
        ck_assert(isnan(at(hold, order, (double)NAN)));
    }
    ck_assert(at(hold, 0, 7) == y[20] && at(hold, 0, -7) == y[0] && at(hold, 1, 7) == 0);
    const double rise = at(line, 1, 2);
    ck_assert_double_eq_tol(at(line, 0, 7), y[20] + 5 * rise, 1e-12);
    ck_assert_double_eq_tol(at(line, 0, -7), y[0] - 5 * at(line, 1, -2), 1e-12);
    ck_assert(at(line, 1, 7) == rise && at(line, 2, 7) == 0);
    spline_destroy(none);
    spline_destroy(hold);
    spline_destroy(line);
}
END_TEST

/* Widths that differ by 10^6: the search still finds every interval. */
START_TEST(every_interval_is_found) {
    for (size_t i = 0; i < 60; i++)
        x[i] = pow(10, -6 + 0.1 * (double)i), y[i] = (double)(i % 7);
    struct spline *s = create(60, plain);
    for (size_t i = 0; i < 60; i++)
        ck_assert(at(s, 0, x[i]) == y[i]);
    spline_destroy(s);
}
END_TEST

static void refused(size_t n, struct spline_options options, const char *sentence) {
    ck_assert_ptr_null(spline_create(n, x, y, options, &err));
    ck_assert_msg(strstr(err.message, sentence) != NULL, "%s", err.message);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
}

START_TEST(bad_points_are_refused) {
    sample(10, wave);
    refused(3, plain, "3 points; a table has at least 4");
    y[9] = 1.25;
    refused(10, (struct spline_options){.periodic = true}, "is not the first");
    y[4] = -1;
    refused(10, (struct spline_options){.positive = true}, "row 5: the value -1");
    x[6] = x[5];
    refused(10, plain, "row 7: ");
}
END_TEST

/* L(x) and its derivatives in x, from the graph and from a program: the same bits. */
START_TEST(tables_are_functions_of_expressions) {
    double u[MOST], found[4][MOST];
    sample(40, wave);
    struct spline *s = create(40, plain);
    const struct lookup_points points = {.nx = 40, .x = x, .value = y};
    struct lookup *table = lookup_create(&points, (struct lookup_options){0}, &err);
    struct graph *g = graph_create(&err);
    ck_assert(graph_variable(g, "w", &err) && graph_table(g, "L(u)", table, &err));
    ck_assert(!graph_table(g, "M(u, v)", table, &err) &&
              !graph_table(g, "L(u)", table, &err));
    ck_assert(graph_function(g, "f(v)", "L(v/2)^2", &err));
    expr a[6] = {expr_parse(g, "L(w)", &err)};
    for (int k = 1; k < 5; k++)
        a[k] = expr_derivative(g, a[k - 1], 0);
    a[5] = expr_derivative(g, expr_parse(g, "f(w)", &err), 0);
    ck_assert(expr_is_number(g, a[4], NULL));
    ck_assert(!expr_has_branches(g, a[2]) && expr_has_branches(g, a[3]));
    char *text = expr_text(g, a[2]);
    ck_assert_str_eq(text, "L''(w)");
    free(text);
    struct program *p = program_create(g, a, 4, &err);
    double *out[] = {found[0], found[1], found[2], found[3]};
    for (size_t i = 0; i < MOST; i++)
        u[i] = -2 + 4.0 * (double)i / (MOST - 1);
    ck_assert(p != NULL && program_run(p, MOST, (const double *[]){u}, out, &err));
    for (size_t i = 0; i < MOST; i++) {
        for (int k = 0; k < 4; k++)
            ck_assert(found[k][i] == at(s, k, u[i]) &&
                      found[k][i] == expr_value(g, a[k], &u[i]));
        ck_assert_double_eq_tol(expr_value(g, a[5], &u[i]),
                                at(s, 0, u[i] / 2) * at(s, 1, u[i] / 2), 1e-12);
    }
    u[7] = 2.5;
    graph_destroy(g);
    spline_destroy(s);
    lookup_destroy(table); /* the program is an owner still */
    ck_assert(program_run(p, MOST, (const double *[]){u}, out, &err));
    ck_assert(!program_check_finite(
        p, MOST, (const double *[]){u}, out, (const char *[]){"w"},
        (const struct program_output[]){{.name = "loss"}, {0}, {0}, {0}}, &err));
    ck_assert_str_eq(err.message, "loss is nan at w = 2.5 (expression: L(w); L is a table "
                                  "on [-2, 2])");
    program_destroy(p);
}
END_TEST

Suite *spline_suite(void);
Suite *spline_suite(void) {
    Suite *suite = suite_create("spline");
    TCase *t = tcase_create("interpolation");
    tcase_add_test(t, cubics_are_exact_with_their_derivatives);
    tcase_add_test(t, four_points_make_one_cubic);
    tcase_add_test(t, errors_fall_with_their_order);
    tcase_add_test(t, derivatives_are_continuous_up_to_the_second);
    tcase_add_test(t, periodic_repeats_itself);
    tcase_add_test(t, a_period_closes_but_for_rounding);
    tcase_add_test(t, positive_is_never_below_zero);
    tcase_add_test(t, outside_is_as_chosen);
    tcase_add_test(t, every_interval_is_found);
    tcase_add_test(t, bad_points_are_refused);
    suite_add_tcase(suite, t);
    t = tcase_create("expressions");
    tcase_add_test(t, tables_are_functions_of_expressions);
    suite_add_tcase(suite, t);
    return suite;
}
