/* SPDX-License-Identifier: GPL-3.0-or-later
 * Expressions: what texts mean, exact derivatives, every refusal word for word, limits. */
#include "solver/expr/graph.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct graph *g;

/* Variables x and y, constant T = 0.25, f(u) = 2 u^2 - u^4, h(u, v) = u - 2 v. */
static void setup(void) {
    g = graph_create(&err);
    ck_assert_ptr_nonnull(g);
    ck_assert(graph_variable(g, "x", &err) && graph_variable(g, "y", &err));
    ck_assert(graph_constant(g, "T", 0.25, &err));
    ck_assert(graph_function(g, "f(u)", "2*u^2 - u^4", &err));
    ck_assert(graph_function(g, "h(u, v)", "u - 2*v", &err));
}

static void teardown(void) {
    graph_destroy(g);
}

static expr parse(const char *text) {
    const expr a = expr_parse(g, text, &err);
    ck_assert_msg(a != EXPR_NONE, "%s: %s", text, err.message);
    return a;
}

static double value(expr a, double x, double y) {
    const double point[] = {x, y};
    return expr_value(g, a, point);
}

/* --- Meaning ---------------------------------------------------------------------- */

/* At x = 0.7, y = -1.3; libm on both sides, so that only reordered rounding can differ. */
static void meaning_check(const char *text, double expected) {
    const double found = value(parse(text), 0.7, -1.3);
    ck_assert_msg(fabs(found - expected) <= 4 * DBL_EPSILON * fmax(1, fabs(expected)),
                  "%s is %.17g, not %.17g", text, found, expected);
}

START_TEST(operators_bind_as_in_mathematics) {
    const double x = 0.7, y = -1.3;
    meaning_check("1 + 2*3 - 4/8", 6.5);
    meaning_check("2 - 3 - 4", -5);
    meaning_check("16 / 4 / 2", 2);
    meaning_check("-x^2", -x * x);
    meaning_check("(-x)^2", x * x);
    meaning_check("-(x - y)*3", -(x - y) * 3);
    meaning_check("2^3^2", 512);
    meaning_check("2^-1", 0.5);
    meaning_check("-2^-x", -pow(2, -x));
    meaning_check("2*-x", -2 * x);
    meaning_check("+x - -y", x + y);
    meaning_check("x^3", x * x * x);
    meaning_check("y^5", pow(y, 5));
    meaning_check("x^-3", pow(x, -3));
    meaning_check("x^0.5", sqrt(x));
    meaning_check("x^2.5 + x^y", pow(x, 2.5) + pow(x, y));
    meaning_check("e^x", exp(x));
    meaning_check("pi*x", acos(-1) * x);
    meaning_check("T*x + .5e1 + 2.", 0.25 * x + 7);
}
END_TEST

START_TEST(comparisons_and_logic_give_one_or_zero) {
    meaning_check("x < 1", 1);
    meaning_check("x > 1", 0);
    meaning_check("(x <= x) + (x >= x) + (x == x) + (x != x)", 3);
    meaning_check("x < 1 and y > 0", 0);
    meaning_check("x < 1 or y > 0", 1);
    meaning_check("not x < 1 or y < 0", 1);
    meaning_check("not (x < 1 or y < 0)", 0);
    meaning_check("0 and 0 or 1", 1);
    meaning_check("1 + 1 < 3 and 2*2 == 4", 1);
    meaning_check("not not x", 1);
}
END_TEST

START_TEST(functions_have_their_meaning) {
    const double x = 0.7, y = -1.3;
    meaning_check("exp(x)+log(x)+sqrt(x)", exp(x) + log(x) + sqrt(x));
    meaning_check("sin(y)+cos(y)+tan(y)", sin(y) + cos(y) + tan(y));
    meaning_check("sinh(y)+cosh(y)+tanh(y)", sinh(y) + cosh(y) + tanh(y));
    meaning_check("asinh(y)+atan(y)+erf(y)", asinh(y) + atan(y) + erf(y));
    meaning_check("abs(y)+sign(y)+sign(x-x)", -y - 1);
    meaning_check("pow(x, 3)+min(x, y)+max(x, y)", pow(x, 3) + y + x);
    meaning_check("if(x < 0, 10, y)", y);
    meaning_check("if(x > 0, 10, y)", 10);
    meaning_check("f(x)", 2 * x * x - x * x * x * x);
    meaning_check("h(y, f(x+1))", y - 2 * (2 * 1.7 * 1.7 - pow(1.7, 4)));
    meaning_check("h(h(x, y), h(y, x))", (x - 2 * y) - 2 * (y - 2 * x));
}
END_TEST

/* Functions of numbers are folded with the project's own functions, of at most 3 ulp. */
START_TEST(constants_are_folded) {
    double k;
    ck_assert(expr_is_number(g, parse("sqrt(2/T) + exp(1) - f(0.5)"), &k));
    ck_assert_double_eq_tol(k, sqrt(8) + exp(1) - 0.4375, 8 * DBL_EPSILON * 5);
    ck_assert(expr_is_number(g, parse("if(T < 1, 3, x)"), &k) && k == 3);
    ck_assert(expr_is_number(g, parse("x^0"), &k) && k == 1);
    ck_assert(!expr_is_number(g, parse("x"), NULL));
    ck_assert(!expr_is_number(g, EXPR_NONE, NULL));
}
END_TEST

/* x/x is NaN at 0, and 0 x at infinity: both must stay. */
START_TEST(no_rule_changes_a_value) {
    ck_assert(isnan(value(parse("x/x"), 0, 0)));
    ck_assert(isnan(value(parse("0*x"), INFINITY, 0)));
    ck_assert(isnan(value(parse("x - x"), INFINITY, 0)));
    ck_assert(isnan(value(parse("0/x"), 0, 0)));
    ck_assert_double_eq(value(parse("x + 0 - 0"), 3, 0), 3);
    ck_assert_double_eq(value(parse("-(-x)*1/1"), 3, 0), 3);
}
END_TEST

START_TEST(equal_expressions_are_one_node) {
    ck_assert_int_eq(parse("exp(x) + y"), parse("y + exp( x )"));
    ck_assert_int_eq(parse("x*y"), parse("y*x"));
    ck_assert_int_eq(parse("x > y"), parse("y < x"));
    ck_assert_int_ne(parse("x - y"), parse("y - x"));
    ck_assert_int_eq(parse("f(x)"), parse("2*x^2 - x^4"));
    ck_assert_int_eq(parse("x^0.5"), parse("sqrt(x)"));
    ck_assert_int_eq(parse("e^x"), parse("exp(x)"));
    ck_assert_int_eq(parse("x*x"),
                     expr_binary(g, '^', expr_input(g, 0), expr_number(g, 2)));
}
END_TEST

START_TEST(dependence_and_branches_are_known) {
    const expr a = parse("x*sin(x)"), b = parse("abs(y)*x");
    ck_assert(expr_depends_on(g, a, 0) && !expr_depends_on(g, a, 1));
    ck_assert(expr_depends_on(g, b, 0) && expr_depends_on(g, b, 1));
    ck_assert(!expr_has_branches(g, a) && expr_has_branches(g, b));
    ck_assert(!expr_has_branches(g, parse("x + abs(T) + max(T, 1)")));
    ck_assert(expr_has_branches(g, parse("1/(2 + if(x < 0, 1, y))")));
    ck_assert(expr_has_branches(g, expr_derivative(g, b, 1)));
}
END_TEST

/* --- Derivatives ------------------------------------------------------------------ */

/* Central differences of fourth order with step h: error h^4/30 f^(5) + 3 eps |f|/h. With
 * h = 1e-3 and fifth derivatives below 1e4 that is 4e-10 + 1e-12 |f|. */
static void derivative_check(const char *text, double x, double y) {
    const double h = 1e-3;
    const expr a = parse(text), d = expr_derivative(g, a, 0);
    const double slope = (8 * (value(a, x + h, y) - value(a, x - h, y)) -
                          (value(a, x + 2 * h, y) - value(a, x - 2 * h, y))) /
                         (12 * h);
    const double exact = value(d, x, y);
    ck_assert_msg(fabs(slope - exact) <= 1e-9 * fmax(1, fabs(exact)),
                  "d(%s)/dx = %.12g, differences give %.12g", text, exact, slope);
}

START_TEST(derivatives_agree_with_differences) {
    static const char *const texts[] = {
        "x",
        "y",
        "x*y + 3",
        "x^2",
        "x^3 - x^7",
        "x^-2",
        "x/y",
        "y/x",
        "(x+y)/(x*y)",
        "exp(x*y)",
        "log(x)",
        "sqrt(x)",
        "sin(x*y)",
        "cos(x*y)",
        "tan(x/2)",
        "sinh(x*y)",
        "cosh(x)",
        "tanh(x*y)",
        "asinh(x*3)",
        "atan(x*y)",
        "erf(x*y)",
        "x^y",
        "y^(2*x)^2",
        "x^x",
        "x^2.5",
        "2^x",
        "abs(x-3)",
        "sign(x)*x",
        "min(x, x^2)",
        "f(x)*h(x, y)",
        "max(x, x^2)",
        "if(x < 5, x^3, 1/x)",
        "if(x > 5, x^3, 1/x)",
        "-x",
        "(x < 3)*x",
        "x^12",
        "exp(-x^2)*exp(x)/exp(y)",
        "x*x*x*x*x",
        "1/(1 + exp(-x))",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        derivative_check(texts[i], 0.7, 1.3);
        derivative_check(texts[i], 1.9, 0.4);
    }
}
END_TEST

START_TEST(derivatives_by_hand) {
    ck_assert_int_eq(expr_derivative(g, parse("x^2"), 0), parse("2*x"));
    ck_assert_int_eq(expr_derivative(g, parse("exp(x)"), 0), parse("exp(x)"));
    ck_assert_int_eq(expr_derivative(g, parse("sin(x)"), 0), parse("cos(x)"));
    ck_assert_int_eq(expr_derivative(g, parse("abs(x)"), 0), parse("sign(x)"));
    ck_assert_int_eq(expr_derivative(g, parse("if(x < 0, 3*x, x*y)"), 0),
                     parse("if(x < 0, 3, y)"));
    ck_assert_int_eq(expr_derivative(g, parse("min(x, y)"), 0), parse("if(y < x, 0, 1)"));
    ck_assert_int_eq(expr_derivative(g, EXPR_NONE, 0), EXPR_NONE);
}
END_TEST

/* What does not depend on x has derivative 0 exactly, also as a factor of what does. */
START_TEST(structural_zeros_stay_zero) {
    double k;
    const expr zero = expr_derivative(g, parse("exp(y)*log(y)"), 0);
    ck_assert(expr_is_number(g, zero, &k) && k == 0);
    ck_assert(expr_is_number(g, expr_binary(g, '*', zero, parse("1/x")), &k) && k == 0);
    ck_assert(expr_is_number(g, expr_derivative(g, parse("sign(x)"), 0), &k) && k == 0);
    ck_assert_int_eq(expr_derivative(g, parse("log(y)*x"), 0), parse("log(y)"));
}
END_TEST

/* The product of n factors has derivatives of O(n) nodes; without the memo the second would
 * take 2^n steps. */
START_TEST(derivatives_cost_what_the_expression_costs) {
    char body[64];
    ck_assert(graph_function(g, "c0(u)", "sin(u)", &err));
    for (int k = 1; k <= 60; k++) {
        char signature[16];
        snprintf(signature, sizeof signature, "c%d(u)", k);
        snprintf(body, sizeof body, "c%d(u)*(1 + c%d(u))", k - 1, k - 1);
        ck_assert_msg(graph_function(g, signature, body, &err), "%s", err.message);
    }
    const expr first = expr_derivative(g, parse("c60(x)"), 0);
    ck_assert_int_ne(first, EXPR_NONE);
    ck_assert_int_lt(first, 1000);
    ck_assert_int_ne(expr_derivative(g, first, 0), EXPR_NONE);
}
END_TEST

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
        "cosh, tanh, asinh, atan, erf, abs, sign, pow, min, max, if (k(u - 1))");
    name_refused(graph_function(g, "k(u)", "u + v", &err),
                 "column 5: unknown name 'v'; known: x, y, T, pi, e (u + v)");
    ck_assert(graph_variable(g, "θ_1", &err) && graph_function(g, " k ( u ) ", "u", &err));
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

/* --- Text ------------------------------------------------------------------------- */

static void text_check(const char *text, const char *expected) {
    char *found = expr_text(g, parse(text));
    ck_assert_str_eq(found, expected);
    free(found);
}

START_TEST(text_reads_back_as_the_same_expression) {
    static const char *const texts[] = {
        "x - (y - x)",
        "-(x + y)*2",
        "(x^y)^2",
        "x^y^2",
        "(-x)^y",
        "-x^y",
        "x/(y/x)",
        "x/y/x",
        "(x + y)*(x - y)",
        "not (x < y and y < 0.1)",
        "if(x < 0, -1.5, f(x))",
        "(x < y) == (y < x)",
        "x*(y*x)",
        "(-2)^x",
        "1e300*x + 1e-300",
        "log(x)*-3",
        "min(x, max(y, 1/3))",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const expr a = parse(texts[i]);
        char *text = expr_text(g, a);
        ck_assert_int_eq(parse(text), a);
        free(text);
    }
    text_check("-exp(-(x-2)^2)", "-exp(-(x - 2)^2)");
    text_check("x*x*x", "x^2*x");
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

Suite *expr_suite(void);
Suite *expr_suite(void) {
    Suite *suite = suite_create("expr");
    TCase *meaning = tcase_create("meaning"), *derivatives = tcase_create("derivatives");
    TCase *refusals = tcase_create("refusals"), *limits = tcase_create("limits");
    TCase *const cases[] = {meaning, derivatives, refusals, limits};
    for (size_t i = 0; i < 4; i++) {
        tcase_add_checked_fixture(cases[i], setup, teardown);
        tcase_set_timeout(cases[i], 60);
        suite_add_tcase(suite, cases[i]);
    }
    tcase_add_test(meaning, operators_bind_as_in_mathematics);
    tcase_add_test(meaning, comparisons_and_logic_give_one_or_zero);
    tcase_add_test(meaning, functions_have_their_meaning);
    tcase_add_test(meaning, constants_are_folded);
    tcase_add_test(meaning, no_rule_changes_a_value);
    tcase_add_test(meaning, equal_expressions_are_one_node);
    tcase_add_test(meaning, dependence_and_branches_are_known);
    tcase_add_test(meaning, text_reads_back_as_the_same_expression);
    tcase_add_test(derivatives, derivatives_agree_with_differences);
    tcase_add_test(derivatives, derivatives_by_hand);
    tcase_add_test(derivatives, structural_zeros_stay_zero);
    tcase_add_test(derivatives, derivatives_cost_what_the_expression_costs);
    tcase_add_test(refusals, refuses_with_the_column);
    tcase_add_test(refusals, the_nearest_name_is_suggested);
    tcase_add_test(refusals, columns_count_characters_not_bytes);
    tcase_add_test(refusals, long_texts_are_cut_around_the_place);
    tcase_add_test(refusals, refuses_names);
    tcase_add_test(refusals, constant_texts_must_be_constant_and_finite);
    tcase_add_test(refusals, lack_of_memory_is_reported);
    tcase_add_test(limits, limits_hold);
    tcase_add_test(limits, functions_that_explode_are_refused);
    tcase_add_test(limits, functions_inserted_too_often_are_refused);
    tcase_add_test(limits, deep_graphs_do_not_exhaust_the_stack);
    return suite;
}
