/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions: distance to long double in ulp, special values, the same bits. */
#include "solver/expr/vecmath.h"
#include <check.h>
#include <float.h>

enum { POINTS = 100000 };

/* --- Points ----------------------------------------------------------------------- */

/* Steele, Lea and Flood's SplitMix64 (OOPSLA 2014). */
static uint64_t state;

static uint64_t next_word(void) {
    uint64_t z = state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static double uniform(double lo, double hi) {
    return lo + (hi - lo) * ((double)(next_word() >> 11) * 0x1p-53);
}

/* Every exponent equally often, both signs. */
static double any_finite(void) {
    double x = vm_double(next_word());
    while (!isfinite(x))
        x = vm_double(next_word());
    return x;
}

/* An assertion of Check writes to a pipe even when it holds: too slow for every point. */
#define REQUIRE(condition, ...)                                                            \
    do {                                                                                   \
        if (!(condition)) ck_abort_msg(__VA_ARGS__);                                       \
    } while (0)

/* --- Accuracy --------------------------------------------------------------------- */

/* |y - exact| in units of the last place of exact; 0 where both are NaN or infinite. */
static double ulps(double y, long double exact) {
    const double rounded = (double)exact;
    int exponent;
    if (y == rounded || (isnan(y) && isnan(rounded))) return 0;
    if (!isfinite(y) && fabsl(exact) > (long double)DBL_MAX) return 0;
    if (!isfinite(y) || isnan(rounded)) return HUGE_VAL;
    frexpl(exact, &exponent);
    const int last = exponent - 53 < -1074 ? -1074 : exponent - 53;
    return (double)(fabsl((long double)y - exact) / ldexpl(1, last));
}

#define WRAP(name)                                                                         \
    static double own_##name(double x) {                                                   \
        return vm_##name(x);                                                               \
    }
WRAP(exp)
WRAP(log)
WRAP(sinh)
WRAP(cosh)
WRAP(tanh)
WRAP(asinh)
WRAP(atan)
WRAP(erf)
WRAP(log10)
WRAP(sigmoid)
WRAP(softplus)
WRAP(step)
WRAP(floor)
WRAP(ceil)
WRAP(rint)

static long double sigmoid_exact(long double x) {
    return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}
static double sigmoid_libm(double x) {
    return (double)sigmoid_exact((long double)x);
}
static long double softplus_exact(long double x) {
    return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
}
static double softplus_libm(double x) {
    return (double)softplus_exact((long double)x);
}
/* By the definition: of NaN NaN, 0 at 0. */
static double step_libm(double x) {
    if (isnan(x)) return x;
    return x > 0 ? 1 : 0;
}
static long double step_exact(long double x) {
    return x > 0 ? 1 : 0;
}

static const struct function {
    const char *name;
    double (*own)(double);
    long double (*exact)(long double);
    double (*libm)(double);
    double bound;    /* ulp: one to two for the rounding of the last operations */
    double range[2]; /* tried on [-range, range], and on all finite numbers */
} functions[] = {
    {"exp", own_exp, expl, exp, 1.1, {1, 760}},
    {"log", own_log, logl, log, 1.1, {2, 1000}},
    {"sin", vecmath_sin, sinl, sin, 1.5, {4, 1e6}},
    {"cos", vecmath_cos, cosl, cos, 1.5, {4, 1e6}},
    {"tan", vecmath_tan, tanl, tan, 3, {4, 1e6}},
    {"sinh", own_sinh, sinhl, sinh, 3, {3, 711}},
    {"cosh", own_cosh, coshl, cosh, 3, {3, 711}},
    {"tanh", own_tanh, tanhl, tanh, 3, {1, 30}},
    {"asinh", own_asinh, asinhl, asinh, 3, {1, 300}},
    {"atan", own_atan, atanl, atan, 3, {3, 100}},
    {"erf", own_erf, erfl, erf, 3, {1, 7}},
    {"log10", own_log10, log10l, log10, 0.51, {2, 1000}},
    {"sigmoid", own_sigmoid, sigmoid_exact, sigmoid_libm, 3, {40, 760}},
    {"softplus", own_softplus, softplus_exact, softplus_libm, 3, {40, 760}},
    {"step", own_step, step_exact, step_libm, 0, {1, 1000}},
    {"floor", own_floor, floorl, floor, 0, {10, 0x1p53}},
    {"ceil", own_ceil, ceill, ceil, 0, {10, 0x1p53}},
    {"round", own_rint, rintl, rint, 0, {10, 0x1p53}},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void accuracy_check(const struct function *f, double x) {
    const double y = f->own(x), distance = ulps(y, f->exact((long double)x));
    REQUIRE(distance <= f->bound, "%s(%a) = %a is %.3f ulp off", f->name, x, y, distance);
}

START_TEST(functions_are_within_their_ulps) {
    const struct function *f = &functions[_i];
    state = 1;
    for (int i = 0; i < POINTS; i++) {
        accuracy_check(f, uniform(-f->range[0], f->range[0]));
        accuracy_check(f, uniform(-f->range[1], f->range[1]));
        accuracy_check(f, any_finite());
        accuracy_check(f, 1 + ldexp(uniform(-1, 1), -(i % 52)));
    }
}
END_TEST

/* The doubles next to multiples of pi/2, where all of x but the last bits cancels, also at
 * both sides of VM_TRIG_LIMIT; and Kahan's worst double, 6381956970095103 2^797. */
START_TEST(multiples_of_half_pi_are_resolved) {
    const struct function *const trig = &functions[2];
    state = 2;
    for (int i = 0; i < POINTS; i++) {
        const double turns = rint(ldexp(uniform(-1, 1), i % 60));
        const double x = turns * 1.5707963267948966;
        for (int f = 0; f < 3; f++)
            accuracy_check(&trig[f], x), accuracy_check(&trig[f], nextafter(x, 1e300));
    }
    for (int f = 0; f < 3; f++)
        accuracy_check(&trig[f], ldexp(6381956970095103, 797));
}
END_TEST

START_TEST(pow_is_within_its_ulps) {
    state = 3;
    for (int i = 0; i < 4 * POINTS; i++) {
        double x = uniform(0, 10), y = uniform(-300, 300);
        if (i % 4 == 1) x = fabs(any_finite()), y = uniform(-2, 2);
        if (i % 4 == 2)
            x = 1 + ldexp(uniform(-1, 1), -(i % 52)), y = uniform(-745, 710) / log(x);
        if (i % 4 == 3) x = -uniform(0, 50), y = rint(uniform(-200, 200));
        const double distance = ulps(vm_pow(x, y), powl((long double)x, (long double)y));
        REQUIRE(distance <= 1.5, "pow(%a, %a) is %.3f ulp off", x, y, distance);
    }
}
END_TEST

/* 2 pi u in long double carries 2^-64 of 2 pi; u is exact. */
START_TEST(sincos2pi_is_right_on_the_circle) {
    const long double two_pi = 6.283185307179586476925286766559L;
    double s, c;
    state = 4;
    for (int i = 0; i < POINTS; i++) {
        const double u = uniform(0, 1);
        vm_sincos2pi(u, &s, &c);
        REQUIRE(fabsl((long double)s - sinl(two_pi * (long double)u)) < 2e-16L, "at %a", u);
        REQUIRE(fabsl((long double)c - cosl(two_pi * (long double)u)) < 2e-16L, "at %a", u);
    }
    for (int quarter = -8; quarter <= 8; quarter++) {
        static const double sine[] = {0, 1, 0, -1};
        vm_sincos2pi(0.25 * quarter, &s, &c);
        ck_assert(s == sine[quarter & 3] && c == sine[(quarter + 1) & 3]);
    }
}
END_TEST

/* In the tails, where 1/(1 + exp(-x)) and log(1 + exp(x)) overflow or are 1 and 0. */
START_TEST(tails_of_sigmoid_and_softplus_keep_their_digits) {
    state = 8;
    for (int i = 0; i < POINTS; i++) {
        const double x = uniform(-700, -38), e = vm_exp(x);
        REQUIRE(vm_sigmoid(x) == e && vm_softplus(x) == e, "at %a", x);
        REQUIRE(vm_sigmoid(-x) == 1 && vm_softplus(-x) == -x, "at %a", -x);
    }
    ck_assert(vm_sigmoid(-745) == vm_exp(-745) && vm_softplus(-745) == vm_exp(-745));
    ck_assert(vm_sigmoid(1e308) == 1 && vm_softplus(1e308) == 1e308);
    ck_assert(vm_sigmoid(-1e308) == 0 && vm_softplus(-1e308) == 0);
}
END_TEST

START_TEST(powers_of_ten_have_whole_logarithms) {
    double power = 1;
    for (int n = 0; n <= 22; n++, power *= 10) /* exact up to 10^22 */
        REQUIRE(vm_log10(power) == n, "10^%d", n);
    ck_assert(vm_log10(0.001) == -3 && vm_log10(1e300) == 300);
}
END_TEST

/* r = mod(a, b): r - a is a multiple of b, r has the sign of b and is not beyond b; exact
 * where fmod is the answer, rounded once elsewhere. */
START_TEST(remainders_have_the_sign_of_the_divisor) {
    state = 9;
    for (int i = 0; i < POINTS; i++) {
        double a = uniform(-100, 100), b = uniform(-3, 3);
        if (i % 4 == 1) a = b * rint(uniform(-1e6, 1e6));
        if (i % 4 == 2) a = any_finite(), b = any_finite();
        if (i % 4 == 3) a = ldexp(a, i % 60), b = rint(8 * b) / 8;
        const long double r = fmodl((long double)a, (long double)b);
        const bool turns = r != 0 && (r < 0) != (b < 0);
        const double expected = (double)(turns ? r + (long double)b : r);
        const double own = vecmath_mod(a, b);
        REQUIRE(own == expected || (isnan(own) && isnan(expected)), "mod(%a, %a)", a, b);
        REQUIRE(isnan(own) || signbit(own) == signbit(b), "mod(%a, %a)", a, b);
        if (vm_mod_is_near(a, b))
            REQUIRE(vm_bits(vm_mod_near(a, b)) == vm_bits(own), "near mod(%a, %a)", a, b);
    }
    ck_assert(vecmath_mod(-1, 3) == 2 && vecmath_mod(1, -3) == -2);
    ck_assert(vecmath_mod(6, 3) == 0 && vecmath_mod(7.5, 2) == 1.5);
    ck_assert(isnan(vecmath_mod(1, 0)) && isnan(vecmath_mod(VM_INFINITY, 1)));
    ck_assert(vecmath_mod(1, VM_INFINITY) == 1 && isnan(vecmath_mod(VM_NAN, 1)));
}
END_TEST

/* --- Special values --------------------------------------------------------------- */

static const double specials[] = {
    0,           -0.0,         1,           -1,          0.5,          -0.5,
    2,           -2,           3,           -3,          VM_NAN,       1e300,
    VM_INFINITY, -VM_INFINITY, -1e300,      5e-324,      -5e-324,      0x1p53,
    -0x1p53,     0x1p53 - 1,   1 - 0x1p-53, 1 + 0x1p-52, 0x1p51 + 0.5, -800,
    DBL_MAX,     -DBL_MAX,     DBL_MIN,     709.79,      710.5,        -745.2,
    -708.5,      -744.5,
};
enum { SPECIALS = sizeof specials / sizeof *specials };

/* The same number, sign of zero included, or within 3 ulp. */
static bool same(double a, double b) {
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return signbit(a) == signbit(b) && ulps(a, (long double)b) <= 3;
}

START_TEST(special_values_are_those_of_libm) {
    for (int f = 0; f < FUNCTIONS; f++)
        for (int i = 0; i < SPECIALS; i++) {
            const double x = specials[i], own = functions[f].own(x);
            REQUIRE(same(own, functions[f].libm(x)), "%s(%a) = %a, not %a",
                    functions[f].name, x, own, functions[f].libm(x));
        }
}
END_TEST

START_TEST(special_powers_are_those_of_libm) {
    for (int i = 0; i < SPECIALS; i++)
        for (int j = 0; j < SPECIALS; j++) {
            const double x = specials[i], y = specials[j], own = vm_pow(x, y);
            REQUIRE(same(own, pow(x, y)), "pow(%a, %a) = %a, not %a", x, y, own, pow(x, y));
        }
}
END_TEST

START_TEST(minimum_and_maximum_keep_nan) {
    ck_assert(vm_min(1, 2) == 1 && vm_max(1, 2) == 2);
    ck_assert(isnan(vm_min(VM_NAN, 1)) && isnan(vm_min(1, VM_NAN)));
    ck_assert(isnan(vm_max(VM_NAN, 1)) && isnan(vm_max(1, VM_NAN)));
    ck_assert(vm_sign(-3) == -1 && vm_sign(0) == 0 && vm_sign(5e-324) == 1);
    ck_assert(isnan(vm_sign(VM_NAN)));
}
END_TEST

/* --- The same bits ---------------------------------------------------------------- */

enum { OUTPUTS = 18, LENGTH = 4096 };

/* All functions at n points, out[OUTPUTS][LENGTH]: the loops that the compiler vectorises.
 */
typedef void evaluate(int n, const double *x, const double *y, double (*out)[LENGTH]);

#define EVALUATE(name, attribute)                                                          \
    attribute static void name(int n, const double *x, const double *y,                    \
                               double(*out)[LENGTH]) {                                     \
        for (int i = 0; i < n; i++)                                                        \
            out[0][i] = vm_exp(x[i]);                                                      \
        for (int i = 0; i < n; i++)                                                        \
            out[1][i] = vm_log(x[i]);                                                      \
        for (int i = 0; i < n; i++)                                                        \
            out[2][i] = vm_sin(x[i]);                                                      \
        for (int i = 0; i < n; i++)                                                        \
            out[3][i] = vm_cos(x[i]);                                                      \
        for (int i = 0; i < n; i++)                                                        \
            out[4][i] = vm_tan(x[i]);                                                      \
        for (int i = 0; i < n; i++)                                                        \
            out[5][i] = vm_sinh(x[i]);                                                     \
        for (int i = 0; i < n; i++)                                                        \
            out[6][i] = vm_cosh(x[i]);                                                     \
        for (int i = 0; i < n; i++)                                                        \
            out[7][i] = vm_tanh(x[i]);                                                     \
        for (int i = 0; i < n; i++)                                                        \
            out[8][i] = vm_asinh(x[i]);                                                    \
        for (int i = 0; i < n; i++)                                                        \
            out[9][i] = vm_atan(x[i]);                                                     \
        for (int i = 0; i < n; i++)                                                        \
            out[10][i] = vm_erf(x[i]);                                                     \
        for (int i = 0; i < n; i++)                                                        \
            out[11][i] = vm_pow(x[i], y[i]);                                               \
        for (int i = 0; i < n; i++) {                                                      \
            double s, c;                                                                   \
            vm_sincos2pi(x[i], &s, &c);                                                    \
            out[12][i] = s - 0.5 * c;                                                      \
        }                                                                                  \
        for (int i = 0; i < n; i++)                                                        \
            out[13][i] = vm_log10(x[i]);                                                   \
        for (int i = 0; i < n; i++)                                                        \
            out[14][i] = vm_sigmoid(x[i]);                                                 \
        for (int i = 0; i < n; i++)                                                        \
            out[15][i] = vm_softplus(x[i]);                                                \
        for (int i = 0; i < n; i++)                                                        \
            out[16][i] = vm_floor(x[i]) + 3 * vm_ceil(y[i]) + 5 * vm_rint(x[i]);           \
        for (int i = 0; i < n; i++)                                                        \
            out[17][i] = vm_mod_near(x[i], y[i]) + vm_step(y[i]);                          \
    }

EVALUATE(evaluate_baseline, )
#if defined(__x86_64__)
EVALUATE(evaluate_avx2, __attribute__((target("avx2"))))
EVALUATE(evaluate_avx512, __attribute__((target("avx512f"))))
#endif

static double points_x[LENGTH], points_y[LENGTH], values[OUTPUTS][LENGTH];

/* FNV-1a over the words; all NaNs count as one, as their sign is not arithmetic's. */
static uint64_t hash_values(evaluate *evaluate_) {
    uint64_t hash = 0xCBF29CE484222325;
    evaluate_(LENGTH, points_x, points_y, values);
    for (int k = 0; k < OUTPUTS; k++)
        for (int i = 0; i < LENGTH; i++) {
            const double v = values[k][i];
            hash = (hash ^ (isnan(v) ? 0 : vm_bits(v))) * 0x100000001B3;
        }
    return hash;
}

START_TEST(bits_are_the_same_everywhere) {
    const uint64_t expected = 9541395886682114724u;
    state = 5;
    for (int i = 0; i < LENGTH; i++) {
        points_x[i] = i % 2 == 0 ? uniform(-20, 20) : uniform(-750, 750);
        points_y[i] = i % 4 == 0 ? rint(uniform(-9, 9)) : uniform(-100, 100);
    }
    ck_assert_uint_eq(hash_values(evaluate_baseline), expected);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        ck_assert_uint_eq(hash_values(evaluate_avx2), expected);
    if (__builtin_cpu_supports("avx512f"))
        ck_assert_uint_eq(hash_values(evaluate_avx512), expected);
#endif
}
END_TEST

/* The path for large arguments takes over without a seam. */
START_TEST(inline_and_general_trigonometry_agree) {
    state = 6;
    for (int i = 0; i < POINTS; i++) {
        const double x = uniform(-VM_TRIG_LIMIT, VM_TRIG_LIMIT);
        REQUIRE(vm_sin(x) == vecmath_sin(x), "sin(%a)", x);
        REQUIRE(vm_cos(x) == vecmath_cos(x), "cos(%a)", x);
        REQUIRE(vm_tan(x) == vecmath_tan(x), "tan(%a)", x);
    }
}
END_TEST

/* The forms for arguments without special cases are the same function: at random points, at
 * the ends of their ranges, and 2^k p for all k is rounded once. */
START_TEST(short_forms_have_the_bits_of_the_whole_functions) {
    const double ends[] = {-VM_EXP_LIMIT, VM_EXP_LIMIT, 0, 1, -1};
    state = 7;
    for (int i = 0; i < POINTS; i++) {
        const double x = i < 5 ? ends[i] : uniform(-VM_EXP_LIMIT, VM_EXP_LIMIT);
        const double y = i == 0 ? DBL_MIN : i == 1 ? DBL_MAX : fabs(any_finite());
        REQUIRE(vm_bits(vm_exp_near(x)) == vm_bits(vm_exp(x)), "exp(%a)", x);
        if (y >= DBL_MIN)
            REQUIRE(vm_bits(vm_log_normal(y)) == vm_bits(vm_log(y)), "log(%a)", y);
    }
    for (int k = -2044; k <= 2044; k++) {
        const double p = uniform(0.51, 1.99);
        REQUIRE(vm_scale(p, k) == ldexp(p, k), "%a 2^%d", p, k);
        if (k >= -1021 && k <= 1022)
            REQUIRE(vm_scale_normal(p, k) == ldexp(p, k), "%a 2^%d", p, k);
    }
}
END_TEST

Suite *vecmath_suite(void);
Suite *vecmath_suite(void) {
    Suite *suite = suite_create("vecmath");
    TCase *accuracy = tcase_create("accuracy"), *special = tcase_create("special values");
    TCase *bits = tcase_create("bits");
    tcase_set_timeout(accuracy, 120);
    suite_add_tcase(suite, accuracy);
    suite_add_tcase(suite, special);
    suite_add_tcase(suite, bits);
    tcase_add_loop_test(accuracy, functions_are_within_their_ulps, 0, FUNCTIONS);
    tcase_add_test(accuracy, multiples_of_half_pi_are_resolved);
    tcase_add_test(accuracy, pow_is_within_its_ulps);
    tcase_add_test(accuracy, sincos2pi_is_right_on_the_circle);
    tcase_add_test(accuracy, tails_of_sigmoid_and_softplus_keep_their_digits);
    tcase_add_test(accuracy, powers_of_ten_have_whole_logarithms);
    tcase_add_test(accuracy, remainders_have_the_sign_of_the_divisor);
    tcase_add_test(special, special_values_are_those_of_libm);
    tcase_add_test(special, special_powers_are_those_of_libm);
    tcase_add_test(special, minimum_and_maximum_keep_nan);
    tcase_add_test(bits, bits_are_the_same_everywhere);
    tcase_add_test(bits, inline_and_general_trigonometry_agree);
    tcase_add_test(bits, short_forms_have_the_bits_of_the_whole_functions);
    return suite;
}
