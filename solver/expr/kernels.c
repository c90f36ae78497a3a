/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loops of the bytecode: one per operation and form of its operands, compiled for
 * AVX-512, AVX2 and the baseline; the dynamic linker picks one. By instruction set, not by
 * "arch=": the resolver does not know every processor's model and would fall back
 * silently. */
#include "io/clones.h"
#include "solver/expr/bytecode.h"
#include "solver/expr/vecmath.h"

#if defined(__clang__) /* under sanitizers no loop is vectorised */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

#define KERNEL(name, value)                                                                \
    BLOCK_LOOP static void name(size_t n, double *d, const double *a, const double *b,     \
                                const double *c, double k) {                               \
        (void)a, (void)b, (void)c, (void)k;                                                \
        NO_DEPENDENCE                                                                      \
        for (size_t i = 0; i < n; i++)                                                     \
            d[i] = value;                                                                  \
    }

#define UNARY(name, function) KERNEL(run_##name, function(a[i]))
#define BINARY(name, function)                                                             \
    KERNEL(run_##name, function(a[i], b[i]))                                               \
    KERNEL(run_##name##_right, function(a[i], k))                                          \
    KERNEL(run_##name##_left, function(k, b[i]))

/* With a product as the first operand, or as the second. */
#define OF_PRODUCT(name, function)                                                         \
    BINARY(name, function)                                                                 \
    KERNEL(run_##name##_product, function(a[i] * b[i], c[i]))                              \
    KERNEL(run_##name##_product_of_k, function(a[i] * k, c[i]))                            \
    KERNEL(run_##name##_product_and_k, function(a[i] * b[i], k))
#define AND_PRODUCT(name, function)                                                        \
    KERNEL(run_##name##_and_product, function(c[i], a[i] * b[i]))                          \
    KERNEL(run_##name##_and_product_of_k, function(c[i], a[i] * k))                        \
    KERNEL(run_##name##_k_and_product, function(k, a[i] * b[i]))

#define NEG(x)    (-(x))
#define NOT(x)    ((x) == 0 ? 1.0 : 0.0)
#define ADD(x, y) ((x) + (y))
#define SUB(x, y) ((x) - (y))
#define MUL(x, y) ((x) * (y))
#define DIV(x, y) ((x) / (y))
#define LT(x, y)  ((x) < (y) ? 1.0 : 0.0)
#define LE(x, y)  ((x) <= (y) ? 1.0 : 0.0)
#define EQ(x, y)  ((x) == (y) ? 1.0 : 0.0)
#define NE(x, y)  ((x) != (y) ? 1.0 : 0.0)
#define AND(x, y) ((((x) != 0) & ((y) != 0)) ? 1.0 : 0.0)
#define OR(x, y)  ((((x) != 0) | ((y) != 0)) ? 1.0 : 0.0)

KERNEL(run_fill, k)
KERNEL(run_copy, a[i])
UNARY(neg, NEG)
UNARY(not, NOT)
UNARY(exp_far, vm_exp)
UNARY(log, vm_log)
UNARY(sqrt, sqrt)
UNARY(sin_near, vm_sin)
UNARY(cos_near, vm_cos)
UNARY(tan_near, vm_tan)
UNARY(sinh, vm_sinh)
UNARY(cosh, vm_cosh)
UNARY(tanh, vm_tanh)
UNARY(asinh, vm_asinh)
UNARY(atan, vm_atan)
UNARY(erf, vm_erf)
UNARY(abs, fabs)
UNARY(sign, vm_sign)
UNARY(step, vm_step)
UNARY(floor, vm_floor)
UNARY(ceil, vm_ceil)
UNARY(round, vm_rint)
UNARY(log10, vm_log10)
UNARY(sigmoid, vm_sigmoid)
UNARY(softplus, vm_softplus)
OF_PRODUCT(add, ADD)
OF_PRODUCT(sub, SUB)
OF_PRODUCT(mul, MUL)
AND_PRODUCT(sub, SUB)
BINARY(div, DIV)
BINARY(min, vm_min)
BINARY(max, vm_max)
BINARY(lt, LT)
BINARY(le, LE)
BINARY(eq, EQ)
BINARY(ne, NE)
BINARY(and, AND)
BINARY(or, OR)

/* Words are chosen by masks, so that NaN in the branch not taken does not come through. */
KERNEL(run_if, vm_choose(a[i] != 0, b[i], c[i]))
/* The constants of pow come as blocks: with one that is known before the loop, compilers
 * split the loop by special case and then do not vectorise it. */
KERNEL(run_pow, vm_pow(a[i], b[i]))

/* Is an argument beyond the reach of vm_sin? */
BLOCK_LOOP static bool any_large(size_t n, const double *a) {
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found |= fabs(a[i]) > VM_TRIG_LIMIT ? (uint64_t)1 : 0;
    return found != 0;
}

/* The arguments of vm_exp_of for exp(x), and whether all are within its reach (NaN is
 * not). */
#define EXP_REDUCE(name, x)                                                                \
    BLOCK_LOOP static bool name(size_t n, const double *a, const double *b, double factor, \
                                double *restrict r, double *restrict k) {                  \
        uint64_t beyond = 0;                                                               \
        (void)b, (void)factor;                                                             \
        for (size_t i = 0; i < n; i++) {                                                   \
            const struct vm_exp_argument reduced = vm_exp_reduce(x, 0);                    \
            r[i] = reduced.r, k[i] = reduced.k;                                            \
            beyond |= fabs(x) <= VM_EXP_LIMIT ? 0 : (uint64_t)1;                           \
        }                                                                                  \
        return beyond == 0;                                                                \
    }
EXP_REDUCE(exp_reduce, a[i])
EXP_REDUCE(exp_reduce_product, a[i] * b[i] * factor)

BLOCK_LOOP static void exp_finish(size_t n, const double *restrict r,
                                  const double *restrict k, double *restrict d) {
    for (size_t i = 0; i < n; i++)
        d[i] = vm_exp_of((struct vm_exp_argument){r[i], k[i]});
}

/* Two loops: the operations of one exponential wait for each other, and the processor looks
 * ahead over more lanes of a short loop. */
static void run_exp(size_t n, double *d, const double *a, const double *b, const double *c,
                    double factor) {
    double r[PROGRAM_BLOCK], k[PROGRAM_BLOCK];
    if (exp_reduce(n, a, b, factor, r, k))
        exp_finish(n, r, k, d);
    else
        run_exp_far(n, d, a, b, c, factor);
}

/* exp(a b factor), for the bells exp(-x^2/2) */
static void run_exp_product(size_t n, double *d, const double *a, const double *b,
                            const double *c, double factor) {
    double r[PROGRAM_BLOCK], k[PROGRAM_BLOCK];
    if (exp_reduce_product(n, a, b, factor, r, k)) {
        exp_finish(n, r, k, d);
        return;
    }
    run_mul_product_and_k(n, d, a, b, c, factor);
    run_exp_far(n, d, d, b, c, factor);
}

#define TRIGONOMETRIC(name)                                                                \
    static void run_##name(size_t n, double *d, const double *a, const double *b,          \
                           const double *c, double k) {                                    \
        if (!any_large(n, a)) {                                                            \
            run_##name##_near(n, d, a, b, c, k);                                           \
            return;                                                                        \
        }                                                                                  \
        for (size_t i = 0; i < n; i++)                                                     \
            d[i] = vecmath_##name(a[i]);                                                   \
    }
TRIGONOMETRIC(sin)
TRIGONOMETRIC(cos)
TRIGONOMETRIC(tan)

/* Is a quotient or an operand beyond the reach of vm_mod_near? */
BLOCK_LOOP static bool any_far(size_t n, const double *a, const double *b) {
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found |= vm_mod_is_near(a[i], b[i]) ? 0 : (uint64_t)1;
    return found != 0;
}
KERNEL(run_mod_near, vm_mod_near(a[i], b[i]))

static void run_mod(size_t n, double *d, const double *a, const double *b, const double *c,
                    double k) {
    if (!any_far(n, a, b)) {
        run_mod_near(n, d, a, b, c, k);
        return;
    }
    for (size_t i = 0; i < n; i++)
        d[i] = vecmath_mod(a[i], b[i]);
}

#define TWO(name) run_##name, run_##name##_right, run_##name##_left
#define FORMS(name)                                                                        \
    { TWO(name) }
#define PRODUCT_FORMS(name)                                                                \
    TWO(name), run_##name##_product, run_##name##_product_of_k, run_##name##_product_and_k

kernel *const kernel_table[OP_COUNT][OPERANDS_FORMS] = {
    [OP_NUMBER] = {run_fill},
    [OP_INPUT] = {run_copy},
    [OP_NEG] = {run_neg},
    [OP_NOT] = {run_not},
    [OP_EXP] = {run_exp, [OPERANDS_PRODUCT_AND_K] = run_exp_product},
    [OP_LOG] = {run_log},
    [OP_SQRT] = {run_sqrt},
    [OP_SIN] = {run_sin},
    [OP_COS] = {run_cos},
    [OP_TAN] = {run_tan},
    [OP_SINH] = {run_sinh},
    [OP_COSH] = {run_cosh},
    [OP_TANH] = {run_tanh},
    [OP_ASINH] = {run_asinh},
    [OP_ATAN] = {run_atan},
    [OP_ERF] = {run_erf},
    [OP_ABS] = {run_abs},
    [OP_SIGN] = {run_sign},
    [OP_STEP] = {run_step},
    [OP_FLOOR] = {run_floor},
    [OP_CEIL] = {run_ceil},
    [OP_ROUND] = {run_round},
    [OP_LOG10] = {run_log10},
    [OP_SIGMOID] = {run_sigmoid},
    [OP_SOFTPLUS] = {run_softplus},
    [OP_ADD] = {PRODUCT_FORMS(add)},
    [OP_SUB] = {PRODUCT_FORMS(sub), run_sub_and_product, run_sub_and_product_of_k,
                run_sub_k_and_product},
    [OP_MUL] = {PRODUCT_FORMS(mul)},
    [OP_DIV] = FORMS(div),
    [OP_POW] = {run_pow},
    [OP_MIN] = FORMS(min),
    [OP_MAX] = FORMS(max),
    [OP_MOD] = {run_mod},
    [OP_LT] = FORMS(lt),
    [OP_LE] = FORMS(le),
    [OP_EQ] = FORMS(eq),
    [OP_NE] = FORMS(ne),
    [OP_AND] = FORMS(and),
    [OP_OR] = FORMS(or),
    [OP_IF] = {run_if},
};

const char *program_instruction_set(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) return "AVX-512";
    if (__builtin_cpu_supports("avx2")) return "AVX2";
#endif
    return "baseline";
}
