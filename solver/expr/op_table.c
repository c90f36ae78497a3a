/* SPDX-License-Identifier: GPL-3.0-or-later
 * What each operation is called and computes: once with libm (the reference that tests
 * compare with), once with solver/expr/vecmath.h (for constants, so that they have the
 * same bits on every machine). */
#include "solver/expr/graph.h"
#include "solver/expr/vecmath.h"
#include <math.h>

/* clang-format off */
#define OPERATION(name, by_libm, by_vecmath)                                           \
    static double name##_value(double a, double b, double c) {                         \
        (void)a, (void)b, (void)c;                                                     \
        return by_libm;                                                                \
    }                                                                                  \
    static double name##_fold(double a, double b, double c) {                          \
        (void)a, (void)b, (void)c;                                                     \
        return by_vecmath;                                                             \
    }
#define SAME(name, value) OPERATION(name, value, value)

SAME(neg, -a)
SAME(not, a == 0)
OPERATION(exp, exp(a), vm_exp(a))
OPERATION(log, log(a), vm_log(a))
SAME(sqrt, sqrt(a))
OPERATION(sin, sin(a), vecmath_sin(a))
OPERATION(cos, cos(a), vecmath_cos(a))
OPERATION(tan, tan(a), vecmath_tan(a))
OPERATION(sinh, sinh(a), vm_sinh(a))
OPERATION(cosh, cosh(a), vm_cosh(a))
OPERATION(tanh, tanh(a), vm_tanh(a))
OPERATION(asinh, asinh(a), vm_asinh(a))
OPERATION(atan, atan(a), vm_atan(a))
OPERATION(erf, erf(a), vm_erf(a))
SAME(abs, fabs(a))
SAME(sign, vm_sign(a))
SAME(step, vm_step(a))
OPERATION(floor, floor(a), vm_floor(a))
OPERATION(ceil, ceil(a), vm_ceil(a))
OPERATION(round, rint(a), vm_rint(a))
OPERATION(log10, log10(a), vm_log10(a))
OPERATION(sigmoid, a < 0 ? exp(a) / (1 + exp(a)) : 1 / (1 + exp(-a)), vm_sigmoid(a))
OPERATION(softplus, fmax(a, 0) + log1p(exp(-fabs(a))), vm_softplus(a))
SAME(add, a + b)
SAME(sub, a - b)
SAME(mul, a * b)
SAME(div, a / b)
OPERATION(pow, pow(a, b), vm_pow(a, b))
SAME(min, vm_min(a, b))
SAME(max, vm_max(a, b))
SAME(mod, vecmath_mod(a, b))
SAME(lt, a < b)
SAME(le, a <= b)
SAME(eq, a == b)
SAME(ne, a != b)
SAME(and, a != 0 && b != 0)
SAME(or, a != 0 || b != 0)
SAME(if, a != 0 ? b : c)

#define CALL(operands, name) {#name, operands, name##_value, name##_fold, false}
#define LATER(operands, name) {#name, operands, name##_value, name##_fold, true}
#define OPERATOR(operands, name) {NULL, operands, name##_value, name##_fold, false}

const struct op_info op_table[OP_COUNT] = {
    [OP_NEG] = OPERATOR(1, neg), [OP_NOT] = OPERATOR(1, not),
    [OP_EXP] = CALL(1, exp),     [OP_LOG] = CALL(1, log),     [OP_SQRT] = CALL(1, sqrt),
    [OP_SIN] = CALL(1, sin),     [OP_COS] = CALL(1, cos),     [OP_TAN] = CALL(1, tan),
    [OP_SINH] = CALL(1, sinh),   [OP_COSH] = CALL(1, cosh),   [OP_TANH] = CALL(1, tanh),
    [OP_ASINH] = CALL(1, asinh), [OP_ATAN] = CALL(1, atan),   [OP_ERF] = CALL(1, erf),
    [OP_ABS] = CALL(1, abs),     [OP_SIGN] = CALL(1, sign),
    [OP_STEP] = LATER(1, step),  [OP_FLOOR] = LATER(1, floor), [OP_CEIL] = LATER(1, ceil),
    [OP_ROUND] = LATER(1, round), [OP_LOG10] = LATER(1, log10),
    [OP_SIGMOID] = LATER(1, sigmoid), [OP_SOFTPLUS] = LATER(1, softplus),
    [OP_ADD] = OPERATOR(2, add), [OP_SUB] = OPERATOR(2, sub),
    [OP_MUL] = OPERATOR(2, mul), [OP_DIV] = OPERATOR(2, div),
    [OP_POW] = CALL(2, pow),     [OP_MIN] = CALL(2, min),     [OP_MAX] = CALL(2, max),
    [OP_MOD] = LATER(2, mod),
    [OP_LT] = OPERATOR(2, lt),   [OP_LE] = OPERATOR(2, le),
    [OP_EQ] = OPERATOR(2, eq),   [OP_NE] = OPERATOR(2, ne),
    [OP_AND] = OPERATOR(2, and), [OP_OR] = OPERATOR(2, or),   [OP_IF] = CALL(3, if),
    [OP_TABLE] = {NULL, 1, NULL, NULL, false}, /* graph_lookup */
    [OP_TABLE_2] = {NULL, 2, NULL, NULL, false},
    [OP_TABLE_3] = {NULL, 3, NULL, NULL, false},
};

const char *op_elsewhere(const char *name) {
    static const char *const elsewhere[][2] = {
        {"ReLU", "relu(u)"},
        {"leaky_relu", "max(u, 0.01*u)"},
        {"logistic", "sigmoid(u)"},
        {"expit", "sigmoid(u)"},
        {"log2", "log(u)/log(2)"},
        {"clamp", "clip(u, lo, hi)"},
        {"fmod", "mod(u, v)"},
        {"remainder", "mod(u, v)"},
        {"rint", "round(u)"},
        {"sgn", "sign(u)"},
        {"fabs", "abs(u)"},
        {"arctan", "atan(u)"},
        {"arcsinh", "asinh(u)"},
        {"tg", "tan(u)"},
        {"heaviside", "step(u)"},
        {"square", "u^2"},
        {"cbrt", "sign(u)*abs(u)^(1/3)"},
        {"where", "if(condition, then, else)"},
        {"np", "the function alone, without the module's name"},
        {"math", "the function alone, without the module's name"},
        {"torch", "the function alone, without the module's name"},
        {"true", "1"},
        {"false", "0"},
        {"nan", "a finite number"},
        {"NaN", "a finite number"},
        {"inf", "a finite number"},
        {"Inf", "a finite number"},
        {"infinity", "a finite number"},
    };
    for (size_t k = 0; k < sizeof elsewhere / sizeof *elsewhere; k++)
        if (strcmp(name, elsewhere[k][0]) == 0) return elsewhere[k][1];
    return NULL;
}
