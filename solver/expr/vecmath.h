/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Elementary functions without branches, tables or integer-to-double conversions, as inline
 * functions that compilers turn into SIMD inside loops. Only + - * / sqrt, comparisons and
 * 64-bit integer operations are used: with -ffp-contract=off the results are the same bits
 * on every IEEE machine, vector width and compiler.
 *
 * Largest error in units in the last place (ulp), as tests/solver/expr/check_vecmath.c bounds
 * it:
 *     exp, log                                   1.1
 *     log10                                      0.51
 *     sin, cos, pow                              1.5
 *     tan, sinh, cosh, tanh, asinh, atan, erf    3
 *     sigmoid, softplus                          3
 * floor, ceil, round (halves to even) and step are exact, mod is rounded once.
 * Underflow is gradual, overflow gives infinity, special values are those of C. vm_sin,
 * vm_cos, vm_tan hold for |x| <= VM_TRIG_LIMIT; vecmath_sin, ... (vecmath.c) for all x,
 * with the same bits where both hold. Coefficients: vecmath_coefficients.py. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define VM_INLINE     static inline __attribute__((always_inline, unused))
#define VM_TRIG_LIMIT 0x1p20
#define VM_INFINITY   __builtin_inf()
#define VM_NAN        __builtin_nan("")

/* sin, cos, tan of any finite x: Payne and Hanek's reduction beyond VM_TRIG_LIMIT. */
double vecmath_sin(double x);
double vecmath_cos(double x);
double vecmath_tan(double x);
/* a - b floor(a/b), of the sign of b (0, too), as if rounded once; it may round to b. NaN for
 * b = 0 and for infinite a. */
double vecmath_mod(double a, double b);

/* --- Bits ------------------------------------------------------------------------- */

/* The 64 bits of x. */
VM_INLINE uint64_t vm_bits(double x) {
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

/* The double whose bits are u. */
VM_INLINE double vm_double(uint64_t u) {
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* Adding 1.5 * 2^52 leaves the nearest integer in the lowest bits. */
#define VM_ROUND 0x1.8p52

/* The nearest integer, halves to even, for |x| < 2^51. */
VM_INLINE double vm_round(double x) {
    return (x + VM_ROUND) - VM_ROUND;
}

/* 2^k for an integer -1022 <= k <= 1023. */
VM_INLINE double vm_pow2(double k) {
    return vm_double((vm_bits(k + VM_ROUND) + 1023) << 52);
}

/* p 2^k with one rounding, for 0.5 < p < 2 and an integer |k| <= 2044:
 *     p 2^h 2^(k-h),   h = floor(k/2).
 * With the integer u = k + 2046 the biased exponents of the two powers are floor(u/2) and
 * u - floor(u/2). */
VM_INLINE double vm_scale(double p, double k) {
    const uint64_t u = vm_bits(k + (VM_ROUND + 2046)), half = u >> 1;
    return p * vm_double(half << 52) * vm_double((u - half) << 52);
}

/* p 2^k for an integer k, where that is a normal number as p is. */
VM_INLINE double vm_scale_normal(double p, double k) {
    return vm_double(vm_bits(p) + (vm_bits(k + VM_ROUND) << 52));
}

/* `then` where bit 0 of q is set, `otherwise` where it is not. */
VM_INLINE double vm_choose(uint64_t q, double then, double otherwise) {
    const uint64_t mask = 0 - (q & 1);
    return vm_double((vm_bits(then) & mask) | (vm_bits(otherwise) & ~mask));
}

/* -x where bit 0 of q is set, x where it is not. */
VM_INLINE double vm_flip(uint64_t q, double x) {
    return vm_double(vm_bits(x) ^ (q << 63));
}

/* Polynomials, lowest power first: Horner's rule on the even and on the odd powers, so that
 * the two chains overlap. */
#define VM_H1(z, a)      (a)
#define VM_H2(z, a, ...) ((a) + (z)*VM_H1(z, __VA_ARGS__))
#define VM_H3(z, a, ...) ((a) + (z)*VM_H2(z, __VA_ARGS__))
#define VM_H4(z, a, ...) ((a) + (z)*VM_H3(z, __VA_ARGS__))
#define VM_H5(z, a, ...) ((a) + (z)*VM_H4(z, __VA_ARGS__))
#define VM_H6(z, a, ...) ((a) + (z)*VM_H5(z, __VA_ARGS__))
#define VM_H7(z, a, ...) ((a) + (z)*VM_H6(z, __VA_ARGS__))
#define VM_P6(z, a0, a1, a2, a3, a4, a5)                                                   \
    (VM_H3((z) * (z), a0, a2, a4) + (z)*VM_H3((z) * (z), a1, a3, a5))
#define VM_P7(z, a0, a1, a2, a3, a4, a5, a6)                                               \
    (VM_H4((z) * (z), a0, a2, a4, a6) + (z)*VM_H3((z) * (z), a1, a3, a5))
#define VM_P9(z, a0, a1, a2, a3, a4, a5, a6, a7, a8)                                       \
    (VM_H5((z) * (z), a0, a2, a4, a6, a8) + (z)*VM_H4((z) * (z), a1, a3, a5, a7))
#define VM_P10(z, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9)                                  \
    (VM_H5((z) * (z), a0, a2, a4, a6, a8) + (z)*VM_H5((z) * (z), a1, a3, a5, a7, a9))
#define VM_P12(z, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11)                        \
    (VM_H6((z) * (z), a0, a2, a4, a6, a8, a10) +                                           \
     (z)*VM_H6((z) * (z), a1, a3, a5, a7, a9, a11))
#define VM_P13(z, a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12)                   \
    (VM_H7((z) * (z), a0, a2, a4, a6, a8, a10, a12) +                                      \
     (z)*VM_H6((z) * (z), a1, a3, a5, a7, a9, a11))

/* --- Sign, minimum, maximum ------------------------------------------------------- */

/* -1, 0 or 1; NaN and -0 stay. */
VM_INLINE double vm_sign(double x) {
    const double negative = x < 0 ? -1.0 : x;
    return x > 0 ? 1.0 : negative;
}

/* Minimum and maximum; unlike fmin and fmax, NaN if either is NaN: it must not get lost. */
VM_INLINE double vm_min(double a, double b) {
    const double least = a < b ? a : b;
    return a != a ? a : least;
}

/* As vm_min. */
VM_INLINE double vm_max(double a, double b) {
    const double most = a > b ? a : b;
    return a != a ? a : most;
}

/* --- Exponential and hyperbolic functions ----------------------------------------- */

/* exp(x) = (1 + q) 2^k with |q| < 0.42. */
struct vm_exponential {
    double q, k;
};

#define VM_LOG2E    0x1.71547652b82fep+0
#define VM_LN2_HIGH 0x1.62e42fefp-1 /* 33 bits: times |k| < 2^20 exactly */
#define VM_LN2_LOW  0x1.473de6af278edp-34

/* expm1(r) for |r| <= ln(2)/2. */
VM_INLINE double vm_expm1_core(double r) {
    const double tail =
        VM_P10(r, 0x1.000000000000cp-1, 0x1.555555555555dp-3, 0x1.555555554fec1p-5,
               0x1.111111110e4fep-7, 0x1.6c16c185ed1ddp-10, 0x1.a01a01b65ec09p-13,
               0x1.a01995e7b4665p-16, 0x1.71dde92a06312p-19, 0x1.28b0de5b1287ep-22,
               0x1.af7785624f11ep-26);
    return r + r * r * tail;
}

/* x + low = k ln 2 + r, |r| <= ln(2)/2, for |x| <= 1000. */
struct vm_exp_argument {
    double r, k;
};

/* Cody and Waite: ln 2 in two parts, the first product exact. */
VM_INLINE struct vm_exp_argument vm_exp_reduce(double x, double low) {
    const double k = vm_round(x * VM_LOG2E);
    return (struct vm_exp_argument){(x - k * VM_LN2_HIGH) - (k * VM_LN2_LOW - low), k};
}

/* exp(x + low) = 2^k (1 + q), for |x| <= 1000. */
VM_INLINE struct vm_exponential vm_exponential(double x, double low) {
    const struct vm_exp_argument a = vm_exp_reduce(x, low);
    return (struct vm_exponential){vm_expm1_core(a.r), a.k};
}

/* x drawn into [lo, hi]. The comparisons are false for NaN, so that it passes. */
VM_INLINE double vm_clamp(double x, double lo, double hi) {
    const double above = x < lo ? lo : x;
    return above > hi ? hi : above;
}

/* e^x; beyond |x| = 800 it is 0 or infinity in any case. */
VM_INLINE double vm_exp(double x) {
    const struct vm_exponential e = vm_exponential(vm_clamp(x, -800, 800), 0);
    return vm_scale(1 + e.q, e.k);
}

/* vm_exp_near(x): the same bits as vm_exp for |x| <= VM_EXP_LIMIT, where the result is a
 * normal number. */
#define VM_EXP_LIMIT 707.0
VM_INLINE double vm_exp_of(struct vm_exp_argument a) {
    return vm_scale_normal(1 + vm_expm1_core(a.r), a.k);
}

/* Both steps of it. */
VM_INLINE double vm_exp_near(double x) {
    return vm_exp_of(vm_exp_reduce(x, 0));
}

/* exp(x) - 1 = (2^k - 1) + 2^k q, for k <= 1000. */
VM_INLINE double vm_expm1_from(struct vm_exponential e) {
    const double power = vm_pow2(e.k);
    return (power - 1) + power * e.q;
}

/* With t = expm1|x|: sinh|x| = (t + t/(t + 1))/2; beyond 22 the half exponential. */
VM_INLINE double vm_sinh(double x) {
    const double a = vm_clamp(fabs(x), 0, 800);
    const struct vm_exponential e = vm_exponential(a, 0);
    const double t = vm_expm1_from((struct vm_exponential){e.q, vm_clamp(e.k, 0, 60)});
    const double small = 0.5 * (t + t / (t + 1)), large = vm_scale(1 + e.q, e.k - 1);
    return copysign(a > 22 ? large : small, x);
}

/* With h = e^|x| / 2: cosh x = h + 1/(4 h). */
VM_INLINE double vm_cosh(double x) {
    const struct vm_exponential e = vm_exponential(vm_clamp(fabs(x), 0, 800), 0);
    const double half = vm_scale(1 + e.q, e.k - 1);
    return half + 0.25 / half;
}

/* tanh|x| = t/(t + 2) with t = expm1(2|x|). */
VM_INLINE double vm_tanh(double x) {
    const double t = vm_expm1_from(vm_exponential(2 * vm_clamp(fabs(x), 0, 20), 0));
    return copysign(t / (t + 2), x);
}

/* --- Logarithm -------------------------------------------------------------------- */

/* x = 2^e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), for 0 < x < infinity. */
struct vm_split {
    double e, f;
};

/* For normal x. */
VM_INLINE struct vm_split vm_split_normal(double x) {
    const uint64_t one = 0x3FF0000000000000, root = 0x3FE6A09E667F3BCD; /* 1, sqrt(1/2) */
    const uint64_t u = vm_bits(x) + (one - root);
    const double biased = vm_double((u >> 52) | 0x4330000000000000); /* + 2^52 */
    const double m = vm_double((u & 0x000FFFFFFFFFFFFF) + root);
    return (struct vm_split){biased - (0x1p52 + 1023), m - 1};
}

/* For all x > 0: subnormal ones are scaled by 2^54 before. */
VM_INLINE struct vm_split vm_split(double x) {
    const double tiny = x < 0x1p-1022 ? 54.0 : 0.0;
    const struct vm_split s = vm_split_normal(x < 0x1p-1022 ? x * 0x1p54 : x);
    return (struct vm_split){s.e - tiny, s.f};
}

/* log(x) as C has it at 0, infinity, NaN and below 0; value elsewhere. */
VM_INLINE double vm_log_special(double x, double value) {
    const double finite = x < VM_INFINITY ? value : x;
    const double positive = x == 0 ? -VM_INFINITY : finite;
    return x < 0 ? VM_NAN : positive;
}

/* log(1 + f) + e ln 2 - low. With s = f/(2 + f), so that 2 s = f - s f,
 *     log(1 + f) = 2 s + s R(s^2) = f - (f^2/2 - s (f^2/2 + R)),
 * where the rounding of s hardly matters. (low is subtracted: compilers drop the
 * subtraction of 0, but may not drop its addition, which would turn -0 to 0.) */
VM_INLINE double vm_log_core(double e, double f, double low) {
    const double s = f / (2 + f), z = s * s, h = 0.5 * f * f;
    const double R =
        z * VM_P7(z, 0x1.5555555555591p-1, 0x1.9999999980116p-2, 0x1.24924941d5781p-2,
                  0x1.c71c5219d2b6fp-3, 0x1.74663c10b47aep-3, 0x1.39a1fd05e7f1ap-3,
                  0x1.2f02ef8a84dabp-3);
    return e * VM_LN2_HIGH - ((h - (s * (h + R) + (e * VM_LN2_LOW - low))) - f);
}

/* ln x. */
VM_INLINE double vm_log(double x) {
    const struct vm_split x_ = vm_split(x);
    return vm_log_special(x, vm_log_core(x_.e, x_.f, 0));
}

/* The same bits as vm_log, for normal x > 0. */
VM_INLINE double vm_log_normal(double x) {
    const struct vm_split x_ = vm_split_normal(x);
    return vm_log_core(x_.e, x_.f, 0);
}

/* asinh|x| = log(1 + t),   t = |x| + x^2/(1 + sqrt(1 + x^2)),   and log(2 |x|) beyond 2^28.
 * The rounding error of u = 1 + t is put right to first order. */
VM_INLINE double vm_asinh(double x) {
    const double a = fabs(x), b = vm_clamp(a, 0, 0x1p28), z = b * b;
    const double t = b + z / (1 + sqrt(1 + z)), u = 1 + t;
    const double t_ = u - 1, rest = (1 - (u - t_)) + (t - t_);
    const bool large = a > 0x1p28;
    const struct vm_split y = vm_split(large ? a : u);
    const double small = vm_log_core(y.e, y.f, -rest / u);
    const double huge = vm_log_core(y.e + 1, y.f, 0);
    return copysign(a < VM_INFINITY ? (large ? huge : small) : a, x);
}

/* --- Sine, cosine, tangent -------------------------------------------------------- */

/* x = quadrant pi/2 + r + low, |r| <= pi/4; only the two lowest bits of quadrant count. */
struct vm_angle {
    double r, low;
    uint64_t quadrant;
};

/* Cody and Waite: pi/2 in parts of 33, 33 and 53 bits, the first two products exact. */
VM_INLINE struct vm_angle vm_reduce(double x) {
    const double shifted = x * 0x1.45f306dc9c883p-1 + VM_ROUND;
    const double k = shifted - VM_ROUND;
    const double a = x - k * 0x1.921fb544p+0, b = k * 0x1.0b4611a6p-34;
    const double c = a - b, b_ = a - c;
    const double rest = k * 0x1.3198a2e037073p-69 - ((a - (c + b_)) + (b_ - b));
    const double r = c - rest;
    return (struct vm_angle){r, (c - r) - rest, vm_bits(shifted)};
}

/* sin r - correction and cos r - correction, for |r| <= pi/4 and a correction below the
 * last place of r (sin) or of 1 (cos). */
VM_INLINE double vm_sin_core(double r, double correction) {
    const double z = r * r;
    const double tail =
        VM_P6(z, -0x1.5555555555549p-3, 0x1.111111110f863p-7, -0x1.a01a019c0d8aap-13,
              0x1.71de35745457dp-19, -0x1.ae5e63e1cb309p-26, 0x1.5d926b9e214b6p-33);
    return r + (r * z * tail - correction);
}

/* See vm_sin_core. */
VM_INLINE double vm_cos_core(double r, double correction) {
    const double z = r * r, h = 0.5 * z, w = 1 - h;
    const double tail =
        VM_P6(z, 0x1.555555555554cp-5, -0x1.6c16c16c1522ap-10, 0x1.a01a019cc0ebep-16,
              -0x1.27e4f813f4d3cp-22, 0x1.1ee9f22e35fa4p-29, -0x1.8fb1a0b52240bp-37);
    return w + (((1 - w) - h) + (z * z * tail - correction));
}

/* sin(r + low) and cos(r + low), to first order in low. */
VM_INLINE double vm_sin_sum(double r, double low) {
    return vm_sin_core(r, 0.5 * (r * r) * low - low);
}

/* See vm_sin_sum. */
VM_INLINE double vm_cos_sum(double r, double low) {
    return vm_cos_core(r, r * low);
}

/* The sine of a reduced angle: sin, cos, -sin, -cos of r + low by quadrants. */
VM_INLINE double vm_sin_of(struct vm_angle a) {
    const double s = vm_sin_sum(a.r, a.low), c = vm_cos_sum(a.r, a.low);
    return vm_flip(a.quadrant >> 1, vm_choose(a.quadrant, c, s));
}

/* Its cosine: the sine one quadrant further. */
VM_INLINE double vm_cos_of(struct vm_angle a) {
    const struct vm_angle b = {a.r, a.low, a.quadrant + 1};
    return vm_sin_of(b);
}

/* Its tangent: tan or -1/tan of r + low. */
VM_INLINE double vm_tan_of(struct vm_angle a) {
    const double s = vm_sin_sum(a.r, a.low), c = vm_cos_sum(a.r, a.low);
    return vm_flip(a.quadrant, vm_choose(a.quadrant, c, s) / vm_choose(a.quadrant, s, c));
}

/* sin x, |x| <= VM_TRIG_LIMIT, as vm_cos and vm_tan below. */
VM_INLINE double vm_sin(double x) {
    const double s = vm_sin_of(vm_reduce(x));
    return x == 0 ? x : s; /* keeps -0 */
}

/* cos x. */
VM_INLINE double vm_cos(double x) {
    return vm_cos_of(vm_reduce(x));
}

/* tan x; keeps -0. */
VM_INLINE double vm_tan(double x) {
    const double t = vm_tan_of(vm_reduce(x));
    return x == 0 ? x : t;
}

/* sin and cos of 2 pi u, |u| < 2^49: u mod 1/4 is exact. */
VM_INLINE void vm_sincos2pi(double u, double *sine, double *cosine) {
    const double shifted = 4 * u + VM_ROUND;
    const double r = (u - 0.25 * (shifted - VM_ROUND)) * 0x1.921fb54442d18p+2;
    const uint64_t q = vm_bits(shifted);
    const double s = vm_sin_core(r, 0), c = vm_cos_core(r, 0);
    *sine = vm_flip(q >> 1, vm_choose(q, c, s));
    *cosine = vm_flip((q + 1) >> 1, vm_choose(q, s, c));
}

/* --- Arc tangent, error function -------------------------------------------------- */

/* atan x = c + atan t,   t = (x - d)/(1 + d x),   d = tan c = 0, 1 or infinity, such that
 * |t| <= tan(pi/8). */
VM_INLINE double vm_atan(double x) {
    const double a = fabs(x);
    const bool middle = a > 0x1.a827999fcef32p-2, large = a > 0x1.3504f333f9de6p+1;
    const double up = large ? -1.0 : (middle ? a - 1 : a);
    const double down = large ? a : (middle ? a + 1 : 1.0);
    const double c = large ? 0x1.921fb54442d18p+0 : (middle ? 0x1.921fb54442d18p-1 : 0.0);
    const double low =
        large ? 0x1.1a62633145c07p-54 : (middle ? 0x1.1a62633145c07p-55 : 0.0);
    const double t = up / down, z = t * t;
    const double tail =
        VM_P12(z, -0x1.5555555555554p-2, 0x1.9999999999670p-3, -0x1.249249247651ap-3,
               0x1.c71c71b7a531dp-4, -0x1.745d14c49a37dp-4, 0x1.3b136f0577217p-4,
               -0x1.110c7dfd9807cp-4, 0x1.e172c8853d3cap-5, -0x1.ab822d7c39682p-5,
               0x1.70ff190fb55a7p-5, -0x1.125eec55e363dp-5, 0x1.f280032785438p-7);
    return copysign(c + (t + (t * z * tail + low)), x);
}

/* |x| <= 1: x P(x^2); above: 1 - exp(-x^2) P((x - 2)/(x + 2)), which is 1 from 6 on. */
VM_INLINE double vm_erf(double x) {
    const double a = vm_clamp(fabs(x), 0, 6), z = a * a, t = (a - 2) / (a + 2);
    const double small =
        a * VM_P13(z, 0x1.20dd750429b6dp+0, -0x1.812746b0379e6p-2, 0x1.ce2f21a042b33p-4,
                   -0x1.b82ce31284ee5p-6, 0x1.565bcd0dbccc7p-8, -0x1.c02db3db26c68p-11,
                   0x1.f9a321e0daf54p-14, -0x1.f4d1e3ec177ecp-17, 0x1.b9df2cccf31a0p-20,
                   -0x1.5f1f236eb2cf1p-23, 0x1.f7b86657247eap-27, -0x1.38a874e07fba0p-30,
                   0x1.061d9a941d043p-34);
    const double large =
        1 - vm_exp(-z) *
                VM_P13(t, 0x1.058671b52c776p-2, -0x1.b57034efd3f57p-2, 0x1.eeea7dc8a7a16p-3,
                       -0x1.437f0b68cb4e3p-4, 0x1.e9471589b01c0p-9, 0x1.ca95ed7ac9ddfp-8,
                       -0x1.bc258e89e5649p-11, -0x1.016b4ec0760edp-10,
                       0x1.6d3876270bd24p-15, 0x1.6d82b5b31704ep-13, 0x1.cf34436a94a9cp-16,
                       -0x1.bf1b5c15e4cabp-16, -0x1.a9518ccce51b2p-17);
    return copysign(a > 1 ? large : small, x);
}

/* In this order. */
#include "solver/expr/vecmath_pow.h"

#include "solver/expr/vecmath_more.h"
