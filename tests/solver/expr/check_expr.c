/* SPDX-License-Identifier: GPL-3.0-or-later
 * Expressions: what texts mean, exact derivatives, and texts of them. */
#include "tests/solver/expr/expr_graph.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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
    meaning_check("ln(x)+log10(x)", log(x) + log10(x));
    meaning_check("step(x)+2*step(y)+4*step(x-x)", 1); /* step(0) = 0 */
    meaning_check("floor(y)+10*ceil(y)+100*round(y)", -2 - 10 - 100);
    meaning_check("round(0.5*T*4)+round(6*T)", 0 + 2); /* halves to even */
    meaning_check("mod(y, x)+10*mod(x, y)+100*mod(-y, x)", 0.1 - 6 + 60);
    meaning_check("sigmoid(x)+sigmoid(y)", 1 / (1 + exp(-x)) + 1 / (1 + exp(-y)));
    meaning_check("softplus(x)-softplus(y)", log1p(exp(x)) - log1p(exp(y)));
    meaning_check("relu(x)+relu(y)", x);
    meaning_check("clip(x, 0, 1)+clip(y, -1, 1)+clip(3*x, 0, 2)", x - 1 + 2);
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
    ck_assert(expr_is_zero(g, parse("0*x^2")) &&
              expr_is_zero(g, parse("-(x*0/2) - 0*exp(x)")));
    ck_assert(!expr_is_zero(g, parse("x")) && !expr_is_zero(g, parse("0*x + step(x)")));
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
    static const char *const kinks[] = {"step(x)",  "floor(x)",     "ceil(x)",
                                        "round(x)", "mod(x, T)",    "mod(T, x)",
                                        "relu(x)",  "clip(x, 0, T)"};
    for (size_t i = 0; i < sizeof kinks / sizeof *kinks; i++)
        ck_assert(expr_has_branches(g, parse(kinks[i])));
    ck_assert(!expr_has_branches(g, parse("sigmoid(x) + softplus(x) + log10(x) + ln(x)")));
    const expr c = parse("if(x < 0, y, 2*y) + 3*y"), d = parse("x*(1 + sqrt(max(y, 1)))");
    ck_assert(expr_branches_on(g, c, 0) && !expr_branches_on(g, c, 1));
    ck_assert(!expr_branches_on(g, d, 0) && expr_branches_on(g, d, 1));
    const size_t both[2] = {0, 1};
    const expr swapped[2] = {expr_input(g, 1), expr_input(g, 0)};
    ck_assert_int_eq(expr_replace(g, d, 2, both, swapped),
                     parse("y*(1 + sqrt(max(x, 1)))"));
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
        "ln(x)",
        "log10(x*y)",
        "sigmoid(3*x*y)",
        "softplus(-2*x*y)",
        "step(x - 1)*x",
        "floor(3*x)*x^2",
        "ceil(3*x)*x^2",
        "round(3*x)*x^2",
        "mod(x^2, y)",
        "mod(y, x/5)",
        "relu(x - 1.2)*y",
        "clip(x^2, 0.6, y)",
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
    ck_assert_int_eq(expr_derivative(g, parse("sigmoid(x)"), 0),
                     parse("sigmoid(x)*sigmoid(-x)"));
    ck_assert_int_eq(expr_derivative(g, parse("softplus(x)"), 0), parse("sigmoid(x)"));
    ck_assert_int_eq(expr_derivative(g, parse("mod(x, 2)"), 0), parse("1"));
    ck_assert_int_eq(expr_derivative(g, parse("floor(x) + step(x)"), 0), parse("0"));
    ck_assert_double_eq(value(expr_derivative(g, parse("relu(x)"), 0), 0, 0), 0);
    ck_assert_double_eq(value(expr_derivative(g, parse("clip(x, 0, 1)"), 0), 1, 0), 1);
    ck_assert_double_eq(value(expr_derivative(g, parse("sigmoid(x)"), 0), -700, 0),
                        exp(-700));
    ck_assert_double_eq(value(expr_derivative(g, parse("sigmoid(x)"), 0), 700, 0),
                        exp(-700));
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

Suite *expr_suite(void);
Suite *expr_suite(void) {
    Suite *suite = suite_create("expr");
    TCase *meaning = tcase_create("meaning"), *derivatives = tcase_create("derivatives");
    TCase *const cases[] = {meaning, derivatives};
    for (size_t i = 0; i < 2; i++) {
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
    return suite;
}
