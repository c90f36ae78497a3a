/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bytecode against the walk of the graph by libm. */
#include "solver/model/program.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1300 }; /* two whole blocks and a part */

static struct error err;
static struct graph *g;
static double x[N], y[N], first[N], second[N];
static const double *const in[] = {x, y};
static double *const out[] = {first, second};

static void setup(void) {
    g = graph_create(&err);
    ck_assert_ptr_nonnull(g);
    ck_assert(graph_variable(g, "x", &err) && graph_variable(g, "y", &err));
    for (int i = 0; i < N; i++)
        x[i] = 0.1 + i * 0.002, y[i] = 1.5 * cos(i * 0.37);
}

static void teardown(void) {
    graph_destroy(g);
}

static expr parse(const char *text) {
    const expr a = expr_parse(g, text, &err);
    ck_assert_msg(a != EXPR_NONE, "%s: %s", text, err.message);
    return a;
}

static void run(const expr *outputs, size_t count) {
    struct program *p = program_create(g, outputs, count, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    ck_assert(program_run(p, N, in, out, &err));
    program_destroy(p);
}

/* Own functions are within 3 ulp of libm's; here at most two follow each other with
 * condition numbers below 2. */
static void agrees(const char *text) {
    const expr a = parse(text);
    run(&a, 1);
    for (int i = 0; i < N; i++) {
        const double point[] = {x[i], y[i]}, expected = expr_value(g, a, point);
        ck_assert_msg(first[i] == expected || (isnan(first[i]) && isnan(expected)) ||
                          fabs(first[i] - expected) <= 8 * DBL_EPSILON * fabs(expected),
                      "%s is %.17g, not %.17g", text, first[i], expected);
    }
}

START_TEST(every_operation_agrees_with_the_walk) {
    static const char *const texts[] = {
        "-x",          "not y",
        "exp(y)",      "log(x)",
        "sqrt(x)",     "sin(y)",
        "cos(y)",      "tan(x/3)",
        "sinh(y)",     "cosh(y)",
        "tanh(y)",     "asinh(y)",
        "atan(y)",     "erf(y)",
        "abs(y)",      "sign(y)",
        "x + y",       "x + 3",
        "x - y",       "x - 3",
        "3 - x",       "x * y",
        "3 * x",       "x / y",
        "x / 3",       "3 / x",
        "x ^ y",       "x ^ 2.5",
        "3 ^ y",       "y ^ 17",
        "min(x, y)",   "min(y, 1)",
        "max(x, y)",   "max(1, y)",
        "x < y",       "x < 1",
        "1 < y",       "x <= y",
        "x == y",      "x == 1",
        "x != y",      "x and y",
        "x or y",      "x and 1",
        "y or 0",      "if(y < 0, x, y)",
        "if(y, 1, 2)", "x",
        "3",           "y^-7",
        "sin(1e9*y)",  "tan(1e300*y)",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        agrees(texts[i]);
}
END_TEST

START_TEST(the_branch_not_taken_does_not_leak) {
    const expr a = parse("if(y > 0, log(y), if(y < -1, sqrt(-1-y), 1/(y - y*1)*0 + 3))");
    const expr b = parse("if(y < 0, 1, sqrt(y))");
    run((const expr[]){a, b}, 2);
    for (int i = 0; i < N; i++) {
        if (y[i] > 0) ck_assert(isfinite(first[i]));
        ck_assert(isfinite(second[i]));
    }
}
END_TEST

START_TEST(outputs_may_repeat_and_be_inputs) {
    const expr a = parse("x*y + 1");
    run((const expr[]){a, a}, 2);
    ck_assert_mem_eq(first, second, sizeof first);
    run((const expr[]){parse("y"), parse("x*y")}, 2);
    ck_assert_mem_eq(first, y, sizeof first);
    run((const expr[]){parse("x"), parse("x")}, 2);
    ck_assert_mem_eq(first, x, sizeof first);
    ck_assert_mem_eq(second, x, sizeof first);
    run((const expr[]){parse("2"), parse("2")}, 2);
    ck_assert(first[N - 1] == 2 && second[N - 1] == 2);
}
END_TEST

START_TEST(values_that_are_not_finite_are_named) {
    static const char *const names[] = {"x", "y"};
    static const char *const what[] = {"the drift", "the diffusion"};
    const expr outputs[] = {parse("x*y"), parse("log(x - 0.6)")};
    struct program *p = program_create(g, outputs, 2, &err);
    ck_assert_ptr_nonnull(p);
    ck_assert(program_run(p, N, in, out, &err));
    ck_assert(!program_check_finite(p, N, in, out, names, what, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    ck_assert_str_eq(err.message,
                     "the diffusion is nan at x = 0.1 (expression: log(x - 0.6))");
    for (int i = 0; i < N; i++)
        second[i] = 1;
    ck_assert(program_check_finite(p, N, in, out, names, what, &err));
    first[7] = -INFINITY, x[7] = 0.25, y[7] = -1;
    ck_assert(!program_check_finite(p, N, in, out, names, what, &err));
    ck_assert_str_eq(err.message,
                     "the drift is -infinite at x = 0.25, y = -1 (expression: x*y)");
    program_destroy(p);
}
END_TEST

START_TEST(a_failed_expression_is_passed_on) {
    const expr a = EXPR_NONE;
    ck_assert_ptr_null(program_create(g, &a, 1, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
}
END_TEST

Suite *program_suite(void);
Suite *program_suite(void) {
    Suite *suite = suite_create("program");
    TCase *bytecode = tcase_create("bytecode");
    tcase_add_checked_fixture(bytecode, setup, teardown);
    tcase_set_timeout(bytecode, 60);
    tcase_add_test(bytecode, every_operation_agrees_with_the_walk);
    tcase_add_test(bytecode, the_branch_not_taken_does_not_leak);
    tcase_add_test(bytecode, outputs_may_repeat_and_be_inputs);
    tcase_add_test(bytecode, values_that_are_not_finite_are_named);
    tcase_add_test(bytecode, a_failed_expression_is_passed_on);
    suite_add_tcase(suite, bytecode);
    return suite;
}
