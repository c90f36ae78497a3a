/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every refusal of an expression, word for word, and the limits of size. */
#include "solver/expr/graph.h"
#include "tests/solver/expr/expr_graph.h"
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Refusals --------------------------------------------------------------------- */

static void refused(const char *text, const char *message) {
    ck_assert_int_eq(expr_parse(g, text, &err), EXPR_NONE);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    ck_assert_str_eq(err.message, message);
}

static void name_refused(bool declared, const char *message) {
    ck_assert(!declared);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    ck_assert_str_eq(err.message, message);
}

START_TEST(refuses_with_the_column) {
    refused("", "the expression is empty");
    refused("  ", "the expression is empty");
    refused("x +",
            "column 4: the text ends where a number, a name or '(' was expected (x +)");
    refused("(x", "column 3: the text ends where an operator or ')' was expected ((x)");
    refused("(x y)", "column 4: found 'y' where an operator or ')' was expected ((x y))");
    refused("sin(x, y)", "column 1: 'sin' takes 1 argument, not 2 (sin(x, y))");
    refused("sin(x y)",
            "column 7: found 'y' where an operator, ',' or ')' was expected (sin(x y))");
    refused("1 + max(x)", "column 5: 'max' takes 2 arguments, not 1 (1 + max(x))");
    refused("h(x)", "column 1: 'h' takes 2 arguments, not 1 (h(x))");
    refused("x + sin",
            "column 5: the function 'sin' needs its argument in brackets (x + sin)");
    refused("if 1", "column 1: the function 'if' needs its arguments in brackets (if 1)");
    refused("x(2)", "column 1: 'x' is not a function; write x*(...) (x(2))");
    refused("3x", "column 2: an operator is missing after 3; write 3*x (3x)");
    refused("x = 1", "column 3: found '=' where an operator or the end was expected; write "
                     "== to compare (x = 1)");
    refused("x**2",
            "column 3: found '*' where a number, a name or '(' was expected; write ^ "
            "for powers (x**2)");
    refused("x && y",
            "column 3: found '&' where an operator or the end was expected; write "
            "and (x && y)");
    refused("!x",
            "column 1: found '!' where a number, a name or '(' was expected; write not "
            "(!x)");
    refused("x and",
            "column 6: the text ends where a number, a name or '(' was expected (x "
            "and)");
    refused("x + or",
            "column 5: found 'or' where a number, a name or '(' was expected (x + "
            "or)");
    refused("0 < x < 1",
            "column 7: comparisons do not chain; write a < b and b < c (0 < x < "
            "1)");
    refused("1e999", "column 1: the number 1e999 is too large (1e999)");
    refused("β + $", "column 1: unknown name 'β'; known: x, y, T, pi, e (β + $)");
    refused("x + £",
            "column 5: found '£' where a number, a name or '(' was expected (x + £)");
}
END_TEST

START_TEST(the_nearest_name_is_suggested) {
    ck_assert(graph_constant(g, "sigma", 1, &err));
    refused("1/sigm", "column 3: unknown name 'sigm'; did you mean 'sigma'? (1/sigm)");
    refused("sqr(x)", "column 1: unknown name 'sqr'; did you mean 'sqrt'? (sqr(x))");
    name_refused(graph_function(g, "k(velocity)", "2*velocty", &err),
                 "column 3: unknown name 'velocty'; did you mean 'velocity'? (2*velocty)");
}
END_TEST

START_TEST(columns_count_characters_not_bytes) {
    ck_assert(graph_variable(g, "θ", &err));
    refused("θ*θ + $",
            "column 7: found '$' where a number, a name or '(' was expected (θ*θ + "
            "$)");
}
END_TEST

START_TEST(long_texts_are_cut_around_the_place) {
    refused("x + x + x + x + x + x + x + x + x + x + $ + x + x + x + x + x + x + x + x + x",
            "column 41: found '$' where a number, a name or '(' was expected "
            "(...+ x + x + x + x + x + x + x + $ + x + x + x + x + x + x + x ...)");
}
END_TEST

START_TEST(refuses_names) {
    name_refused(graph_variable(g, "x", &err), "the name 'x' is already taken");
    name_refused(graph_constant(g, "f", 1, &err), "the name 'f' is already taken");
    name_refused(graph_variable(g, "exp", &err),
                 "'exp' is a built-in name; choose another");
    name_refused(graph_variable(g, "e", &err), "'e' is a built-in name; choose another");
    name_refused(graph_variable(g, "2x", &err),
                 "'2x' is not a name: letters, digits and _, not first a digit");
    name_refused(graph_variable(g, "a b", &err),
                 "'a b' is not a name: letters, digits and _, not first a digit");
    name_refused(graph_variable(g, "", &err),
                 "'' is not a name: letters, digits and _, not first a digit");
    name_refused(graph_function(g, "k", "1", &err),
                 "'k' is not a function; write f(u) or f(u, v)");
    name_refused(graph_function(g, "k(u", "1", &err),
                 "'k(u' is not a function; write f(u) or f(u, v)");
    name_refused(graph_function(g, "k(u) v", "1", &err),
                 "'k(u) v' is not a function; write f(u) or f(u, v)");
    name_refused(graph_function(g, "k(u, u)", "u", &err), "two arguments are called 'u'");
    name_refused(graph_function(g, "k(pi)", "1", &err),
                 "'pi' is a built-in name; choose another");
    name_refused(
        graph_function(g, "k(u)", "k(u - 1)", &err),
        "column 1: unknown name 'k'; known: f, h, exp, log, sqrt, sin, cos, tan, sinh, "
        "cosh, tanh, asinh, atan, erf, abs, sign, step, floor, ceil, round, log10, "
        "sigmoid, "
        "softplus, pow, min, max, mod, if, ln, relu, clip (k(u - 1))");
    name_refused(graph_function(g, "k(u)", "u + v", &err),
                 "column 5: unknown name 'v'; known: x, y, T, pi, e (u + v)");
    ck_assert(graph_variable(g, "θ_1", &err) && graph_function(g, " k ( u ) ", "u", &err));
}
END_TEST

/* Functions that came later take no name away from a file: variables, parameters, functions
 * and their arguments may be called like them, and hide them. */
START_TEST(younger_functions_make_room) {
    ck_assert(graph_constant(g, "step", 0.5, &err) && graph_constant(g, "ln", 3, &err));
    ck_assert(graph_variable(g, "floor", &err));
    ck_assert(graph_function(g, "relu(u)", "u^2", &err));
    ck_assert(graph_function(g, "own(mod)", "mod*2", &err));
    ck_assert_double_eq(value(parse("step*4 + ln"), 0, 0), 5);
    ck_assert_double_eq(value(parse("relu(3) + own(x) + mod(x, 2)"), 3, 0), 9 + 6 + 1);
    ck_assert(expr_depends_on(g, parse("floor"), 2));
    refused("step(x)", "column 1: 'step' is not a function here, where it names something "
                       "else; write step*(...) (step(x))");
    refused("ln(x)", "column 1: 'ln' is not a function here, where it names something "
                     "else; write ln*(...) (ln(x))");
    name_refused(graph_constant(g, "step", 1, &err), "the name 'step' is already taken");
    name_refused(graph_function(g, "relu(u)", "u", &err),
                 "the name 'relu' is already taken");
    name_refused(graph_function(g, "k(mod)", "mod(x, 2)", &err),
                 "column 1: 'mod' is not a function here, where it names something else; "
                 "write mod*(...) (mod(x, 2))");
    refused("heaviside(x)",
            "column 1: unknown name 'heaviside'; write step(u) (heaviside(x))");
}
END_TEST

START_TEST(constant_texts_must_be_constant_and_finite) {
    double k;
    ck_assert(expr_evaluate_text(g, "2*T", &k, &err) && k == 0.5);
    name_refused(expr_evaluate_text(g, "2*x", &k, &err),
                 "'2*x' depends on a variable; only constants are known here");
    name_refused(expr_evaluate_text(g, "1/0", &k, &err),
                 "'1/0' is infinite; a finite number is needed");
    name_refused(expr_evaluate_text(g, "log(-1)", &k, &err),
                 "'log(-1)' is nan; a finite number is needed");
}
END_TEST

/* --- Limits ----------------------------------------------------------------------- */

static char *repeated(const char *before, const char *part, size_t times,
                      const char *after) {
    char *text = malloc(strlen(before) + times * strlen(part) + strlen(after) + 1);
    char *end = stpcpy(text, before);
    for (size_t i = 0; i < times; i++)
        end = stpcpy(end, part);
    strcpy(end, after);
    return text;
}

static void limit_check(const char *part, size_t times, const char *after,
                        const char *start) {
    char *text = repeated("", part, times, after);
    const expr a = expr_parse(g, text, &err);
    free(text);
    if (start == NULL)
        ck_assert_msg(a != EXPR_NONE, "%s", err.message);
    else {
        ck_assert_int_eq(a, EXPR_NONE);
        ck_assert_int_eq(strncmp(err.message, start, strlen(start)), 0);
    }
}

START_TEST(limits_hold) {
    limit_check("-", 199, "x", NULL);
    limit_check("-", 200, "x", "column 201: nested deeper than 200 (");
    limit_check("(", 100000, "", "the expression is longer than 65536 bytes");
    limit_check("(", 60000, "", "column 201: nested deeper than 200 (");
    limit_check("x^", 60000 / 2, "x", "column 401: nested deeper than 200 (");
    limit_check("not ", 10000, "x", "column 801: nested deeper than 200 (");
    limit_check("x+", 32000, "x", NULL);
    limit_check("a", 64, "", "column 1: a name of more than 63 characters (");
    limit_check("9", 401, "", "column 1: a number of more than 400 digits (");
}
END_TEST

/* Each function doubles the number of distinct terms of the one before. */
START_TEST(functions_that_explode_are_refused) {
    ck_assert(graph_function(g, "d0(u)", "sin(u)", &err));
    bool good = true;
    for (int k = 1; k <= 60 && good; k++) {
        char signature[16], body[64];
        snprintf(signature, sizeof signature, "d%d(u)", k);
        snprintf(body, sizeof body, "d%d(u + %d) + d%d(u*%d)", k - 1, k, k - 1, k + 1);
        good = graph_function(g, signature, body, &err);
    }
    ck_assert(!good);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    ck_assert_ptr_nonnull(strstr(err.message, "have more than 1000000 terms"));
    ck_assert_uint_eq(g->count, 1000000);
}
END_TEST

/* A body of 15000 nodes inserted 2000 times with the same argument: the graph does not
 * grow, so the work itself is limited. */
START_TEST(functions_inserted_too_often_are_refused) {
    char *body = malloc(65536), *text = malloc(65536), *end = body;
    for (int k = 0; k < 5000; k++)
        end += sprintf(end, "%ssin(u+%d)", k == 0 ? "" : "+", k);
    ck_assert_msg(graph_function(g, "b(u)", body, &err), "%s", err.message);
    end = text;
    for (int k = 0; k < 2000; k++)
        end += sprintf(end, "%sb(x)", k == 0 ? "" : "+");
    ck_assert_int_eq(expr_parse(g, text, &err), EXPR_NONE);
    ck_assert_ptr_nonnull(
        strstr(err.message, ": the functions call each other too often to be expanded ("));
    free(body);
    free(text);
}
END_TEST

/* 10^5 deep: no walk may recurse. */
START_TEST(deep_graphs_do_not_exhaust_the_stack) {
    expr a = expr_input(g, 0);
    for (int k = 0; k < 100000; k++)
        a = expr_call(g, "sin", expr_binary(g, '+', a, expr_number(g, 0.125)));
    ck_assert_int_ne(a, EXPR_NONE);
    const expr d = expr_derivative(g, a, 0);
    ck_assert_int_ne(d, EXPR_NONE);
    ck_assert(isfinite(value(d, 0.5, 0)));
    char *text = expr_text(g, d);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_le(strlen(text), 203);
    free(text);
    for (int k = 0; k < 100000; k++) /* its text begins with the innermost term */
        a = expr_binary(g, '+', a, expr_number(g, k + 0.5));
    text = expr_text(g, a);
    ck_assert_ptr_nonnull(text);
    free(text);
}
END_TEST

/* --- Memory ----------------------------------------------------------------------- */

START_TEST(lack_of_memory_is_reported) {
    for (size_t k = 1;; k++) {
        array_fail_at(k);
        struct graph *h = graph_create(&err);
        const bool good = h != NULL && graph_variable(h, "x", &err) &&
                          graph_function(h, "f(u)", "u*sin(u)", &err) &&
                          expr_parse(h, "f(x)/f(x+1)", &err) != EXPR_NONE;
        array_fail_at(0);
        graph_destroy(h);
        if (good) break;
        ck_assert_int_eq(err.kind, ERROR_MEMORY);
        ck_assert_uint_lt(k, 100);
    }
}
END_TEST

Suite *expr_refusals_suite(void);
Suite *expr_refusals_suite(void) {
    Suite *suite = suite_create("expr_refusals");
    TCase *refusals = tcase_create("refusals"), *limits = tcase_create("limits");
    TCase *const cases[] = {refusals, limits};
    for (size_t i = 0; i < 2; i++) {
        tcase_add_checked_fixture(cases[i], setup, teardown);
        tcase_set_timeout(cases[i], 60);
        suite_add_tcase(suite, cases[i]);
    }
    tcase_add_test(refusals, refuses_with_the_column);
    tcase_add_test(refusals, the_nearest_name_is_suggested);
    tcase_add_test(refusals, columns_count_characters_not_bytes);
    tcase_add_test(refusals, long_texts_are_cut_around_the_place);
    tcase_add_test(refusals, refuses_names);
    tcase_add_test(refusals, younger_functions_make_room);
    tcase_add_test(refusals, constant_texts_must_be_constant_and_finite);
    tcase_add_test(refusals, lack_of_memory_is_reported);
    tcase_add_test(limits, limits_hold);
    tcase_add_test(limits, functions_that_explode_are_refused);
    tcase_add_test(limits, functions_inserted_too_often_are_refused);
    tcase_add_test(limits, deep_graphs_do_not_exhaust_the_stack);
    return suite;
}
