/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bytecode against the walk of the graph by libm. */
#include "solver/expr/graph.h"
#include "solver/expr/program.h"
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
        const bool good = first[i] == expected || (isnan(first[i]) && isnan(expected)) ||
                          fabs(first[i] - expected) <= 8 * DBL_EPSILON * fabs(expected);
        if (!good) ck_abort_msg("%s is %.17g, not %.17g", text, first[i], expected);
    }
}

static const char *const operations[] = {
    /* clang-format off */
    "-x", "not y", "exp(y)", "log(x)", "sqrt(x)", "sin(y)", "cos(y)", "tan(x/3)", "sinh(y)",
    "cosh(y)", "tanh(y)", "asinh(y)", "atan(y)", "erf(y)", "abs(y)", "sign(y)", "x + y",
    "x + 3", "x - y", "x - 3", "3 - x", "x * y", "3 * x", "x / y", "x / 3", "3 / x",
    "x ^ y", "x ^ 2.5", "3 ^ y", "y ^ 17", "min(x, y)", "min(y, 1)", "max(x, y)",
    "max(1, y)", "x < y", "x < 1", "1 < y", "x <= y", "x == y", "x == 1", "x != y",
    "x and y", "x or y", "x and 1", "y or 0", "if(y < 0, x, y)", "if(y, 1, 2)", "x", "3",
    "y^-7", "sin(1e9*y)", "tan(1e300*y)", "exp(480*y)", "exp(-y)", "step(y)", "floor(3*y)",
    "ceil(3*y)", "round(3*y)", "ln(x)", "log10(x)", "sigmoid(y)", "sigmoid(500*y)",
    "softplus(y)", "softplus(400*y)", "mod(x, y)", "mod(y, x)", "mod(y, 0.3)",
    "mod(1e17*x, y)", "mod(2, y)", "relu(y)", "clip(y, 0, x)",
    /* clang-format on */
};

START_TEST(every_operation_agrees_with_the_walk) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        agrees(operations[i]);
}
END_TEST

/* Every form of instruction that a product goes along in. */
START_TEST(products_within_instructions_agree_with_the_walk) {
    static const char *const texts[] = {
        "x*y + y",   "3*x + y",     "x*y + 3",      "x*y - y",        "3*x - y",
        "x*y - 3",   "y - x*y",     "y - 3*x",      "3 - x*y",        "x*y*(x + y)",
        "3*x*y",     "3*(x*y)",     "-(x*y)",       "x*y + y*y*x",    "y*y - x*x*y",
        "exp(-x*x)", "exp(-(x*y))", "exp(9*(x*y))", "exp(300*(x*y))", "exp(x*y*x*y)",
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
        if (y[i] > 0 && !isfinite(first[i])) ck_abort_msg("log, y = %g", y[i]);
        if (!isfinite(second[i])) ck_abort_msg("sqrt, y = %g", y[i]);
    }
}
END_TEST

/* --- Random expressions ----------------------------------------------------------- */

static uint64_t state;

static uint32_t random_below(uint32_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % n);
}

/* Writes a random expression of the given depth at *end. */
static char *random_text(char *end, int depth) {
    static const char *const leaves[] = {"x", "y", "x", "y", "2", "0.37", "pi", "1e-3"};
    static const char *const unary[] = {
        "-",     "exp(-",  "sin(",   "cos(",     "tanh(",     "atan(", "erf(",
        "abs(",  "sign(",  "asinh(", "not ",     "(",         "step(", "floor(",
        "ceil(", "round(", "log10(", "sigmoid(", "softplus(", "relu("};
    static const char *const binary[] = {
        " + ", " - ", "*", "/", " < ", " <= ", " + ", " - ", "*", " and ", " or ", " == "};
    static const char *const pairs[] = {"min(", "max(", "mod("};
    if (depth == 0) return stpcpy(end, leaves[random_below(8)]);
    const uint32_t kind = random_below(8);
    if (kind == 0) {
        const char *head = unary[random_below(20)];
        const bool call = head[strlen(head) - 1] != ' ' && strcmp(head, "-") != 0;
        end = stpcpy(stpcpy(stpcpy(end, "("), head), "(");
        return stpcpy(random_text(end, depth - 1), call ? ")))" : "))");
    }
    if (kind == 1) {
        end = random_text(stpcpy(end, "if("), depth - 1);
        end = random_text(stpcpy(end, ", "), depth - 1);
        end = random_text(stpcpy(end, ", "), depth - 1);
        return stpcpy(end, ")");
    }
    if (kind == 2) {
        end = random_text(stpcpy(end, pairs[random_below(3)]), depth - 1);
        return stpcpy(random_text(stpcpy(end, ", "), depth - 1), ")");
    }
    end = random_text(stpcpy(end, "("), depth - 1);
    end = stpcpy(end, binary[random_below(12)]);
    return stpcpy(random_text(end, depth - 1), ")");
}

/* expr_value with the bytecode's own functions in the place of libm's. */
static double own_value(expr a, const double *point) {
    static double value[100000];
    for (expr k = 0; k <= a; k++) {
        const struct node *n = &g->node[k];
        double v[3] = {0, 0, 0};
        for (int i = 0; i < op_table[n->op].operands; i++)
            v[i] = value[n->child[i]];
        if (n->parameters != 0) continue; /* of a function's body */
        value[k] = n->op == OP_NUMBER  ? n->value
                   : n->op == OP_INPUT ? point[n->slot]
                                       : op_table[n->op].fold(v[0], v[1], v[2]);
    }
    return value[a];
}

static bool same_bits(double a, double b) {
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* Registers, constants in instructions and reuse of values must not show: not one bit may
 * differ from the walk. (How far the functions are from libm's is check_vecmath's.) */
START_TEST(random_expressions_agree_bit_for_bit) {
    char text[8192];
    state = 7;
    for (int round = 0; round < 300; round++) {
        random_text(text, 2 + round % 4);
        const expr a = parse(text), d = expr_derivative(g, a, 0);
        run((const expr[]){a, d}, 2);
        for (int i = 0; i < N; i += 37) {
            const double point[] = {x[i], y[i]};
            if (!same_bits(first[i], own_value(a, point)) ||
                !same_bits(second[i], own_value(d, point)))
                ck_abort_msg("%s at %g, %g", text, x[i], y[i]);
        }
    }
}
END_TEST

/* Does it call a function that is not exact? */
static bool has_function(const char *text) {
    static const char *const names[] = {"exp", "sin", "cos", "tan",
                                        "erf", "log", "sig", "soft"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(text, names[i]) != NULL) return true;
    return false;
}

/* Where only arithmetic is used, libm's walk is the same too. */
START_TEST(random_arithmetic_agrees_with_libm_bit_for_bit) {
    char text[8192];
    state = 11;
    int compared = 0;
    for (int round = 0; round < 600; round++) {
        random_text(text, 2 + round % 3);
        if (has_function(text)) continue;
        const expr a = parse(text);
        run(&a, 1);
        compared++;
        for (int i = 0; i < N; i += 37) {
            const double point[] = {x[i], y[i]};
            if (!same_bits(first[i], expr_value(g, a, point)))
                ck_abort_msg("%s at %g, %g", text, x[i], y[i]);
        }
    }
    ck_assert_int_gt(compared, 50);
}
END_TEST

/* --- The same bits everywhere ----------------------------------------------------- */

/* FNV-1a over the words of both columns. */
static uint64_t hash_columns(void) {
    uint64_t hash = 0xCBF29CE484222325, word;
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < N; i++) {
            memcpy(&word, &out[k][i], sizeof word);
            hash = (hash ^ (isnan(out[k][i]) ? 0 : word)) * 0x100000001B3;
        }
    return hash;
}

/* Two data of a loss with a narrow and a wide minimum, their gradients and the variance of
 * the gradient, with every function somewhere: the hash is that of SSE2, AVX2 and AVX-512,
 * gcc and clang. */
START_TEST(bits_are_the_same_everywhere) {
    for (int i = 0; i < N; i++)
        x[i] = -2 + i / 256.0, y[i] = (i % 97) / 64.0 - 0.7;
    const expr l0 = parse("-exp(-(x-2)^2) + log(1 + x^2)*tanh(y)*cosh(x/4)");
    const expr l1 =
        parse("-exp(-(x-2)^2) - exp(-100*(x-1)^2) + erf(x)^3*atan(y)*sinh(x/3)");
    const expr l2 = parse("sin(3*x)*cos(y) + asinh(x)^2*abs(y)^1.7 - tan(y/3)*sqrt(x+9)");
    const expr g0 = expr_derivative(g, l0, 0), g1 = expr_derivative(g, l1, 0);
    const expr sum =
        expr_binary(g, '+', expr_binary(g, '*', g0, g0), expr_binary(g, '*', g1, g1));
    run((const expr[]){expr_derivative(g, sum, 0), expr_derivative(g, l2, 1)}, 2);
    ck_assert_uint_eq(hash_columns(), 823279990290573341u);
}
END_TEST

/* The resolver must not fall back silently: never the baseline where AVX2 is there. */
START_TEST(the_instruction_set_is_named) {
    const char *name = program_instruction_set();
    bool better = false;
#if defined(__x86_64__)
    better = __builtin_cpu_supports("avx2");
    if (__builtin_cpu_supports("avx512f")) ck_assert_str_eq(name, "AVX-512");
#endif
    ck_assert_int_eq(strcmp(name, "baseline") != 0, better);
}
END_TEST

/* Few values are alive at a time in a sum of many terms, however many terms there are. */
START_TEST(registers_are_reused) {
    expr sum = expr_number(g, 0);
    for (int k = 0; k < 1000; k++) {
        const expr shifted = expr_binary(g, '+', expr_input(g, 0), expr_number(g, k));
        sum = expr_binary(g, '+', sum, expr_call(g, "sin", expr_call(g, "exp", shifted)));
    }
    struct program *p = program_create(g, &sum, 1, &err);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(program_instructions(p), 3 * 1000 + 999 - 1);
    ck_assert_uint_le(program_scratch(p), 3 * PROGRAM_BLOCK);
    program_destroy(p);
}
END_TEST

START_TEST(the_two_gradients_take_7_instructions) {
    const expr l0 = parse("-exp(-(x-2)^2)"), l1 = parse("-exp(-(x-2)^2)-exp(-100*(x-1)^2)");
    const expr outputs[] = {expr_derivative(g, l0, 0), expr_derivative(g, l1, 0)};
    struct program *p = program_create(g, outputs, 2, &err);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(program_instructions(p), 7);
    ck_assert_uint_eq(program_outputs(p), 2);
    program_destroy(p);
}
END_TEST

START_TEST(lack_of_memory_is_reported) {
    const expr a = parse("exp(x)*y + log(y)");
    for (size_t k = 1;; k++) {
        array_fail_at(k);
        struct program *p = program_create(g, &a, 1, &err);
        const bool good = p != NULL && program_run(p, N, in, out, &err);
        array_fail_at(0);
        program_destroy(p);
        if (good) break;
        ck_assert_int_eq(err.kind, ERROR_MEMORY);
        ck_assert_uint_lt(k, 100);
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
    static const struct program_output what[] = {{"the drift", OF_DRIFT},
                                                 {"the diffusion", OF_DIFFUSION}};
    const expr outputs[] = {parse("x*y"), parse("log(x - 0.6)")};
    struct program *p = program_create(g, outputs, 2, &err);
    ck_assert_ptr_nonnull(p);
    ck_assert(program_run(p, N, in, out, &err));
    ck_assert(!program_check_finite(p, N, in, out, names, what, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    ck_assert_str_eq(err.message,
                     "the diffusion is nan at x = 0.1 (expression: log(x - 0.6))");
    ck_assert_int_eq(err.subject, OF_DIFFUSION);
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
    tcase_add_test(bytecode, products_within_instructions_agree_with_the_walk);
    tcase_add_test(bytecode, the_branch_not_taken_does_not_leak);
    tcase_add_test(bytecode, random_expressions_agree_bit_for_bit);
    tcase_add_test(bytecode, random_arithmetic_agrees_with_libm_bit_for_bit);
    tcase_add_test(bytecode, bits_are_the_same_everywhere);
    tcase_add_test(bytecode, the_instruction_set_is_named);
    tcase_add_test(bytecode, registers_are_reused);
    tcase_add_test(bytecode, the_two_gradients_take_7_instructions);
    tcase_add_test(bytecode, lack_of_memory_is_reported);
    tcase_add_test(bytecode, outputs_may_repeat_and_be_inputs);
    tcase_add_test(bytecode, values_that_are_not_finite_are_named);
    tcase_add_test(bytecode, a_failed_expression_is_passed_on);
    suite_add_tcase(suite, bytecode);
    return suite;
}
