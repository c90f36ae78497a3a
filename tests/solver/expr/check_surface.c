/* SPDX-License-Identifier: GPL-3.0-or-later
 * Functions of two variables given by points: bicubics exactly with every derivative, orders of
 * convergence, and what each option promises; as nodes of expressions, with an index and
 * without. */
#include "solver/expr/graph.h"
#include "solver/expr/program.h"
#include "solver/expr/surface.h"
#include "tests/slope.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 650 };
static struct error err;
static double x[SIDE], y[SIDE], f[SIDE * SIDE];

typedef double function(double u, double v);

/* Uneven places in [-2, 2] and [0, 3]; f_ji = g(x_i, y_j). */
static void sample(size_t nx, size_t ny, function *g) {
    for (size_t i = 0; i < nx; i++) {
        const double s = (double)i / (double)(nx - 1);
        x[i] = i + 1 == nx ? 2 : -2 + 4 * (s + 0.1 * sin(2 * M_PI * s) / M_PI);
    }
    for (size_t j = 0; j < ny; j++) {
        const double s = (double)j / (double)(ny - 1);
        y[j] = j + 1 == ny ? 3 : 3 * (s - 0.1 * sin(2 * M_PI * s) / M_PI);
    }
    for (size_t j = 0; j < ny; j++)
        for (size_t i = 0; i < nx; i++)
            f[j * nx + i] = g(x[i], y[j]);
}

static const struct surface_options plain;

static struct surface *create(size_t nx, size_t ny, struct surface_options options) {
    struct surface *s = surface_create(nx, x, ny, y, f, options, &err);
    ck_assert_msg(s != NULL, "%s", err.message);
    return s;
}

static double at(const struct surface *s, int a, int b, double u, double v) {
    double value;
    surface_values(s, (const int[]){a, b}, 1, &value, &u, &v);
    return value;
}

/* Coefficients c[p][q] of u^p v^q. */
static const double c[4][4] = {{1, -2, 0.5, 0.1},
                               {-1, 0.3, 0.7, -0.2},
                               {0.4, -0.6, 0.2, 0.3},
                               {0.25, 0.1, -0.3, 0.05}};

static double polynomial(int a, int b, double u, double v) {
    double sum = 0;
    for (int p = a; p < 4; p++)
        for (int q = b; q < 4; q++) {
            double factor = c[p][q];
            for (int k = 0; k < a; k++)
                factor *= p - k;
            for (int k = 0; k < b; k++)
                factor *= q - k;
            sum += factor * pow(u, p - a) * pow(v, q - b);
        }
    return sum;
}
static double bicubic(double u, double v) {
    return polynomial(0, 0, u, v);
}

/* |f| <= 60; each derivative divides the rounding of differences by a width, 0.17 and 0.14 at
 * least, times at most 6. */
START_TEST(bicubics_are_exact_with_their_derivatives) {
    sample(21, 18, bicubic);
    struct surface *s = create(21, 18, plain);
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            for (double u = -2; u <= 2; u += 0.131)
                for (double v = 0; v <= 3; v += 0.117)
                    ck_assert_double_eq_tol(at(s, a, b, u, v), polynomial(a, b, u, v),
                                            240 * DBL_EPSILON * pow(6 / 0.14, a + b));
    surface_destroy(s);
}
END_TEST

static double wave(double u, double v) {
    return 3 + sin(M_PI / 2 * u) * cos(2 * M_PI / 3 * v);
}
static double wave_derivative(int a, int b, double u, double v) {
    const double k = M_PI / 2, l = 2 * M_PI / 3;
    return (a + b == 0 ? 3 : 0) +
           pow(k, a) * sin(k * u + a * M_PI_2) * pow(l, b) * cos(l * v + b * M_PI_2);
}

/* Largest error of a derivative on n x n points. */
static double wave_error(size_t n, int a, int b, struct surface_options options) {
    double largest = 0;
    sample(n, n, wave);
    for (size_t k = 0; k < n && options.periodic[1]; k++)
        f[(n - 1) * n + k] = f[k];
    struct surface *s = create(n, n, options);
    for (double u = -2; u <= 2; u += 0.037)
        for (double v = 0; v <= 3; v += 0.041)
            largest = fmax(largest, fabs(at(s, a, b, u, v) - wave_derivative(a, b, u, v)));
    surface_destroy(s);
    return largest;
}

/* Order 4 - max(a, b); the second case periodic in y, the third positive and far above 0. */
START_TEST(errors_fall_with_their_order) {
    static const struct surface_options kinds[] = {
        {0}, {.periodic = {false, true}}, {.positive = true}};
    static const int orders[][2] = {{0, 0}, {1, 0}, {0, 1}, {1, 1},
                                    {2, 0}, {0, 2}, {2, 2}, {1, 3}};
    const int a = orders[_i][0], b = orders[_i][1];
    for (size_t kind = 0; kind < 3; kind++) {
        double h[3], error[3];
        for (int r = 0; r < 3; r++) {
            const size_t n = (size_t)160 << r;
            h[r] = 1.0 / (double)n;
            error[r] = wave_error(n + 1, a, b, kinds[kind]);
        }
        const double found = slope(3, h, error);
        ck_assert_msg(fabs(found - (4 - (a > b ? a : b))) < 0.3,
                      "kind %zu, %d %d: %g (%g %g %g)", kind, a, b, found, error[0],
                      error[1], error[2]);
    }
}
END_TEST

/* Across the lines of the grid up to f_xxyy. */
START_TEST(derivatives_are_continuous_up_to_the_second) {
    sample(30, 25, wave);
    struct surface *s = create(30, 25, plain);
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            for (size_t k = 1; k < 24; k++) {
                ck_assert_double_eq_tol(at(s, a, b, nextafter(x[k], -3), 1.234),
                                        at(s, a, b, x[k], 1.234), 1e-8);
                ck_assert_double_eq_tol(at(s, a, b, 0.321, nextafter(y[k], -3)),
                                        at(s, a, b, 0.321, y[k]), 1e-8);
            }
    ck_assert(!surface_jumps(s, (const int[]){2, 2}) &&
              surface_jumps(s, (const int[]){3, 0}));
    surface_destroy(s);
}
END_TEST

START_TEST(a_periodic_axis_repeats_itself) {
    sample(30, 25, wave);
    for (size_t i = 0; i < 30; i++)
        f[24 * 30 + i] = f[i] * (1 + 1e-15);
    struct surface *s = create(30, 25, (struct surface_options){.periodic = {false, true}});
    for (double v = 0; v <= 3; v += 0.1)
        for (int b = 0; b < 3; b++)
            ck_assert_double_eq_tol(at(s, 1, b, 0.7, v), at(s, 1, b, 0.7, v - 6), 1e-9);
    ck_assert_double_eq_tol(at(s, 0, 2, 0.7, 0), at(s, 0, 2, 0.7, nextafter(3, 0)), 1e-9);
    ck_assert(isnan(at(s, 0, 0, 2.1, 1)));
    surface_destroy(s);
}
END_TEST

/* A steep front that is 0 beyond, on every side of a circle. */
static double front(double u, double v) {
    return fmax(0, 1 - 4 * (u * u + (v - 1.5) * (v - 1.5)));
}

START_TEST(positive_is_never_below_zero) {
    for (size_t n = 9; n < 40; n += 5) {
        double least = 0;
        sample(n, n + 3, front);
        struct surface *free_s = create(n, n + 3, plain);
        struct surface *s = create(n, n + 3, (struct surface_options){.positive = true});
        for (double u = -2; u <= 2; u += 0.013)
            for (double v = 0; v <= 3; v += 0.011) {
                ck_assert(at(s, 0, 0, u, v) >= 0);
                least = fmin(least, at(free_s, 0, 0, u, v));
            }
        for (size_t k = 0; k < n * (n + 3); k++)
            ck_assert(at(s, 0, 0, x[k % n], y[k / n]) == f[k]);
        ck_assert(least < -1e-3);
        ck_assert(surface_jumps(s, (const int[]){2, 0}) &&
                  !surface_jumps(s, (const int[]){1, 1}));
        for (int order = 0; order < 2; order++) /* C1 there */
            for (size_t k = 1; k + 1 < n; k++)
                ck_assert_double_eq_tol(at(s, order, 1, nextafter(x[k], -3), 1.01),
                                        at(s, order, 1, x[k], 1.01), 1e-9);
        surface_destroy(s);
        surface_destroy(free_s);
    }
}
END_TEST

/* The bicubic of the rectangle above right of node i, j by its derivatives there: what is not
 * cut at 0. */
static double uncut(const struct surface *s, size_t i, size_t j, double h, double k) {
    double sum = 0, p = 1;
    for (int a = 0; a < 4; p *= h / ++a) {
        double q = p;
        for (int b = 0; b < 4; q *= k / ++b)
            sum += q * at(s, a, b, x[i], y[j]);
    }
    return sum;
}

/* Heights between 0 and 1, most of them 0: slopes and twists are limited everywhere. Sums of
 * 16 terms, the largest about (6/0.1)^2 in units of the height. */
START_TEST(positive_is_so_by_its_slopes) {
    enum { NX = 12, NY = 10 };
    unsigned state = 1;
    for (int round = 0; round < 20; round++) {
        sample(NX, NY, wave);
        for (size_t k = 0; k < (size_t)NX * NY; k++) {
            state = state * 1664525u + 1013904223u;
            f[k] = fmax(0, (double)(state >> 8) / (1 << 24) * 2 - 1);
        }
        struct surface *s = create(NX, NY, (struct surface_options){.positive = true});
        for (size_t i = 0; i + 1 < NX; i++)
            for (size_t j = 0; j + 1 < NY; j++)
                for (int m = 1; m < 12; m++)
                    for (int n = 1; n < 12; n++)
                        ck_assert_double_ge(uncut(s, i, j, (x[i + 1] - x[i]) * m / 12,
                                                  (y[j + 1] - y[j]) * n / 12),
                                            -1e-11);
        surface_destroy(s);
    }
}
END_TEST

START_TEST(positive_changes_nothing_above_zero) {
    sample(40, 40, wave);
    struct surface *s = create(40, 40, (struct surface_options){.positive = true});
    struct surface *free_s = create(40, 40, plain);
    for (double u = -2; u <= 2; u += 0.07)
        for (double v = 0; v <= 3; v += 0.07)
            ck_assert(at(s, 2, 1, u, v) == at(free_s, 2, 1, u, v));
    surface_destroy(s);
    surface_destroy(free_s);
}
END_TEST

START_TEST(outside_is_as_chosen) {
    sample(21, 18, bicubic);
    struct surface *none = create(21, 18, plain);
    struct surface *hold =
        create(21, 18, (struct surface_options){.outside = OUTSIDE_HOLD});
    struct surface *line =
        create(21, 18, (struct surface_options){.outside = OUTSIDE_LINEAR});
    ck_assert(isnan(at(none, 0, 0, 2.001, 1)) && isnan(at(none, 1, 0, 0, -0.001)));
    ck_assert(isfinite(at(none, 0, 0, nextafter(2, 3), 1)));
    ck_assert(isnan(at(hold, 0, 0, 0, (double)NAN)));
    ck_assert_double_eq_tol(at(hold, 0, 0, 5, 1), bicubic(2, 1), 1e-11);
    ck_assert_double_eq_tol(at(hold, 0, 1, 5, 1), polynomial(0, 1, 2, 1), 1e-10);
    ck_assert(at(hold, 1, 0, 5, 1) == 0 && at(hold, 0, 1, 1, 7) == 0);
    ck_assert(at(hold, 0, 0, 5, 7) == f[17 * 21 + 20]);
    const double edge = bicubic(2, 1) + 3 * polynomial(1, 0, 2, 1);
    ck_assert_double_eq_tol(at(line, 0, 0, 5, 1), edge, 1e-9);
    ck_assert_double_eq_tol(at(line, 1, 0, 5, 1), polynomial(1, 0, 2, 1), 1e-9);
    ck_assert_double_eq_tol(at(line, 0, 2, 5, 1),
                            polynomial(0, 2, 2, 1) + 3 * polynomial(1, 2, 2, 1), 1e-8);
    ck_assert_double_eq_tol(at(line, 0, 0, -3, -2),
                            bicubic(-2, 0) - polynomial(1, 0, -2, 0) -
                                2 * polynomial(0, 1, -2, 0) + 2 * polynomial(1, 1, -2, 0),
                            1e-9);
    surface_destroy(none);
    surface_destroy(hold);
    surface_destroy(line);
}
END_TEST

static void refused(size_t nx, size_t ny, struct surface_options options,
                    const char *sentence) {
    ck_assert_ptr_null(surface_create(nx, x, ny, y, f, options, &err));
    ck_assert_msg(strstr(err.message, sentence) != NULL, "%s", err.message);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
}

START_TEST(bad_points_are_refused) {
    sample(10, 8, wave);
    refused(3, 8, plain, "the first places: 3 points; a table has at least 4");
    refused(10, 2, plain, "the second places: 2 points");
    f[3 * 10 + 9] += 1;
    refused(10, 8, (struct surface_options){.periodic = {true, false}},
            "the last column is not the first");
    f[3] += 1;
    refused(10, 8, (struct surface_options){.periodic = {false, true}},
            "the last row is not the first");
    f[3 * 10 + 4] = -1;
    refused(10, 8, (struct surface_options){.positive = true},
            "row 4, column 5: the value -1");
    y[6] = y[5];
    refused(10, 8, plain, "the second places: row 7: ");
}
END_TEST

/* E and its derivatives, from the graph and from a program: the same bits as the surface. */
START_TEST(surfaces_are_functions_of_expressions) {
    enum { POINTS = 700 };
    double u[POINTS], v[POINTS], found[5][POINTS];
    sample(40, 30, wave);
    struct surface *s = create(40, 30, plain);
    const struct lookup_points points = {.nx = 40, .ny = 30, .x = x, .y = y, .value = f};
    struct lookup *table = lookup_create(&points, (struct lookup_options){0}, &err);
    struct graph *g = graph_create(&err);
    ck_assert(graph_variable(g, "a", &err) && graph_variable(g, "b", &err));
    ck_assert(!graph_table(g, "E(x)", table, &err));
    ck_assert_str_eq(err.message, "'E(x)' has 1 argument; this table has two");
    ck_assert(graph_table(g, "E(x, y)", table, &err));
    const expr e = expr_parse(g, "E(a, b)", &err), ex = expr_derivative(g, e, 0),
               ey = expr_derivative(g, e, 1);
    const expr out_of[5] = {e, ex, ey, expr_derivative(g, ex, 1),
                            expr_derivative(g, ey, 1)};
    ck_assert(out_of[3] == expr_derivative(g, ey, 0));
    ck_assert(!expr_has_branches(g, out_of[4]));
    ck_assert(expr_has_branches(g, expr_derivative(g, out_of[4], 1)));
    char *text = expr_text(g, out_of[3]);
    ck_assert_str_eq(text, "E_xy(a, b)");
    free(text);
    const expr swapped = expr_derivative(g, expr_parse(g, "E(b/2 - 1, 2*a)", &err), 0);
    struct program *p = program_create(g, out_of, 5, &err);
    double *out[] = {found[0], found[1], found[2], found[3], found[4]};
    for (size_t i = 0; i < POINTS; i++)
        u[i] = -2 + 4 * fmod(0.618 * (double)i, 1), v[i] = 3 * (double)i / (POINTS - 1);
    ck_assert(p != NULL && program_run(p, POINTS, (const double *[]){u, v}, out, &err));
    static const int orders[5][2] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 2}};
    for (size_t i = 0; i < POINTS; i++)
        for (int k = 0; k < 5; k++)
            ck_assert(found[k][i] == at(s, orders[k][0], orders[k][1], u[i], v[i]) &&
                      found[k][i] ==
                          expr_value(g, out_of[k], (const double[]){u[i], v[i]}));
    ck_assert_double_eq_tol(expr_value(g, swapped, (const double[]){0.3, 1}),
                            2 * at(s, 0, 1, -0.5, 0.6), 1e-12);
    v[3] = 3.5;
    graph_destroy(g);
    surface_destroy(s);
    lookup_destroy(table); /* the program is an owner still */
    ck_assert(program_run(p, POINTS, (const double *[]){u, v}, out, &err));
    static const struct program_output names[5] = {{.name = "loss"}};
    ck_assert(!program_check_finite(p, POINTS, (const double *[]){u, v}, out,
                                    (const char *[]){"a", "b"}, names, &err));
    ck_assert_msg(
        strstr(err.message, "(expression: E(a, b); E is a table on [-2, 2] x [0, 3])"),
        "%s", err.message);
    program_destroy(p);
}
END_TEST

/* Three functions on one grid: the index chooses, is no variable to differentiate by, and must
 * be one of them. */
START_TEST(an_index_chooses_one_of_many) {
    enum { NX = 12, NY = 9, MEMBERS = 3 };
    static double all[MEMBERS][NX * NY];
    struct surface *s[MEMBERS];
    for (size_t k = 0; k < MEMBERS; k++) {
        sample(NX, NY, wave);
        for (size_t i = 0; i < (size_t)NX * NY; i++)
            f[i] = all[k][i] = f[i] * (double)(k + 1) + (double)(i % 5);
        s[k] = create(NX, NY, plain);
    }
    const struct lookup_points points = {MEMBERS, NX, NY, x, y, all[0]};
    struct lookup *table = lookup_create(&points, (struct lookup_options){0}, &err);
    ck_assert(table != NULL && lookup_members(table) == 3 && lookup_operands(table) == 3);
    struct graph *g = graph_create(&err);
    ck_assert(graph_variable(g, "a", &err) && graph_variable(g, "b", &err) &&
              graph_variable(g, "k", &err));
    const expr e = expr_lookup(
        g, table, (const expr[]){expr_input(g, 0), expr_input(g, 1), expr_input(g, 2)});
    const expr slope_x = expr_derivative(g, e, 0);
    double none;
    ck_assert(expr_is_number(g, expr_derivative(g, e, 2), &none) && none == 0);
    struct program *p = program_create(g, &slope_x, 1, &err);
    double u[600], v[600], k[600], found[600], *out = found;
    for (size_t i = 0; i < 600; i++)
        u[i] = sin((double)i), v[i] = 1.5 + cos((double)i), k[i] = (double)(i / 7 % 3);
    k[500] = 3, k[501] = -1;
    ck_assert(p != NULL && program_run(p, 600, (const double *[]){u, v, k}, &out, &err));
    for (size_t i = 0; i < 600; i++)
        ck_assert(i == 500 || i == 501 ? isnan(found[i])
                                       : found[i] == at(s[i / 7 % 3], 1, 0, u[i], v[i]));
    program_destroy(p);
    graph_destroy(g);
    lookup_destroy(table);
    for (int i = 0; i < MEMBERS; i++)
        surface_destroy(s[i]);
    all[1][0] = -1;
    ck_assert_ptr_null(
        lookup_create(&points, (struct lookup_options){.positive = true}, &err));
    ck_assert_msg(strstr(err.message, "example 2: row 1, column 1: the value -1"), "%s",
                  err.message);
}
END_TEST

Suite *surface_suite(void);
Suite *surface_suite(void) {
    Suite *suite = suite_create("surface");
    TCase *t = tcase_create("interpolation");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, bicubics_are_exact_with_their_derivatives);
    tcase_add_loop_test(t, errors_fall_with_their_order, 0, 8);
    tcase_add_test(t, derivatives_are_continuous_up_to_the_second);
    tcase_add_test(t, a_periodic_axis_repeats_itself);
    tcase_add_test(t, positive_is_never_below_zero);
    tcase_add_test(t, positive_is_so_by_its_slopes);
    tcase_add_test(t, positive_changes_nothing_above_zero);
    tcase_add_test(t, outside_is_as_chosen);
    tcase_add_test(t, bad_points_are_refused);
    suite_add_tcase(suite, t);
    t = tcase_create("expressions");
    tcase_add_test(t, surfaces_are_functions_of_expressions);
    tcase_add_test(t, an_index_chooses_one_of_many);
    suite_add_tcase(suite, t);
    return suite;
}
