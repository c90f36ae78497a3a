/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Steps and whole numbers, the functions of neural networks, and what else is made of
 * vecmath.h and vecmath_pow.h. Included by vecmath.h. */
#pragma once

/* 1 above 0, 0 up to it. */
VM_INLINE double vm_step(double x) {
    const double low = x <= 0 ? 0.0 : x;
    return x > 0 ? 1.0 : low;
}

/* --- Whole numbers ---------------------------------------------------------------- */

/* The nearest whole number, halves to even. From 2^52 on all doubles are whole. */
VM_INLINE double vm_rint(double x) {
    const double a = fabs(x), whole = (a + 0x1p52) - 0x1p52;
    return copysign(a < 0x1p52 ? whole : a, x);
}

/* The largest integer <= x. */
VM_INLINE double vm_floor(double x) {
    const double near = vm_rint(x);
    return near > x ? near - 1 : near;
}

/* The smallest integer >= x. */
VM_INLINE double vm_ceil(double x) {
    return -vm_floor(-x);
}

/* --- Logarithms and activations --------------------------------------------------- */

/* log(1 + t), 0 <= t <= 2^60, where u = 1 + t is rounded: what it lost is put right to first
 * order. */
VM_INLINE double vm_log1p(double t) {
    const double u = 1 + t, t_ = u - 1, rest = (1 - (u - t_)) + (t - t_);
    const struct vm_split u_ = vm_split_normal(u);
    return vm_log_core(u_.e, u_.f, -rest / u);
}

/* 1/(1 + exp(-x)) by e = exp(-|x|) <= 1: nothing overflows, and the lower tail keeps its
 * digits. */
VM_INLINE double vm_sigmoid(double x) {
    const double e = vm_exp(-fabs(x));
    return (x < 0 ? e : 1.0) / (1 + e);
}

/* log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)) */
VM_INLINE double vm_softplus(double x) {
    return vm_max(x, 0) + vm_log1p(vm_exp(-fabs(x)));
}

/* log10(x), right but for the last rounding: powers of ten give whole numbers. */
VM_INLINE double vm_log10(double x) {
    const bool positive = (x > 0) & (x < VM_INFINITY);
    const struct vm_pair l = vm_log_pair(positive ? x : 1.0);
    const struct vm_pair p = vm_product(l.high, 0x1.bcb7b1526e50ep-2);
    const double low = l.high * 0x1.95355baaafad3p-57 + l.low * 0x1.bcb7b1526e50ep-2;
    return vm_log_special(x, p.high + (p.low + low));
}

/* Where vm_mod_near(a, b) has the bits of vecmath_mod(a, b): products are exact, and the
 * quotient is below 2^51. */
VM_INLINE bool vm_mod_is_near(double a, double b) {
    const double u = fabs(a), v = fabs(b);
    return ((u == 0) | (u > 0x1p-400)) & (u < 0x1p400) & (v > 0x1p-400) & (v < 0x1p400) &
           (u < 0x1p51 * v);
}

/* a - b floor(a/b). The rounded quotient may be a whole number too large; a - q b is exact
 * but where q = -1, where it is rounded once. */
VM_INLINE double vm_mod_near(double a, double b) {
    const double q = vm_floor(a / b);
    const struct vm_pair p = vm_product(q, b);
    const double r = (a - p.high) - p.low;
    const bool beyond = ((r < 0) & (b > 0)) | ((r > 0) & (b < 0));
    const double inside = beyond ? r + b : r;
    return inside == 0 ? copysign(0.0, b) : inside;
}
