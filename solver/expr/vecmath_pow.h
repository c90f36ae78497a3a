/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * x^y = exp(y log x) with log x in double-double, so that y log x keeps 53 bits behind the
 * binary point up to the ends of the range. Included by vecmath.h; only vm_pow is for use
 * outside. Error-free sums and products: T. J. Dekker, Numer. Math. 18, 224 (1971). */
#pragma once

struct vm_pair {
    double high, low;
};

/* a + b exactly, for |a| >= |b| or a = 0. */
VM_INLINE struct vm_pair vm_sum(double a, double b) {
    const double s = a + b;
    return (struct vm_pair){s, (a - s) + b};
}

/* a b exactly, for |a|, |b| < 2^900 (no fused multiply-add: not every instruction set has
 * it). */
VM_INLINE struct vm_pair vm_product(double a, double b) {
    const double ca = 0x1.0000002p27 * a, cb = 0x1.0000002p27 * b;
    const double a1 = ca - (ca - a), a2 = a - a1, b1 = cb - (cb - b), b2 = b - b1;
    const double p = a * b;
    return (struct vm_pair){p, a2 * b2 - (((p - a1 * b1) - a2 * b1) - a1 * b2)};
}

/* log x = e ln 2 + 2 s + (2/3) s^3 + s^5 P(s^2),   s = f/(2 + f),
 * to 2^-66 relative. The first two terms in s need more than a double; the rest is below
 * 2^-12 of them. */
VM_INLINE struct vm_pair vm_log_pair(double x) {
    const struct vm_split x_ = vm_split(x);
    const double m = 1 + x_.f, d = m + 1, d_low = m - (d - 1), s = x_.f / d;
    const struct vm_pair sd = vm_product(s, d);
    const double s_low = ((x_.f - sd.high) - sd.low - s * d_low) / d;
    const struct vm_pair z = vm_product(s, s);
    const double z_low = z.low + 2 * s * s_low;
    const struct vm_pair cube = vm_product(s, z.high);
    const double cube_low = cube.low + (s * z_low + s_low * z.high);
    const struct vm_pair third = vm_product(cube.high, 0x1.5555555555555p-1);
    const double third_low =
        third.low + (0x1.5555555555555p-1 * cube_low + 0x1.5555555555555p-55 * cube.high);
    const double tail =
        cube.high * z.high *
        VM_P9(z.high, 0x1.999999999999ap-2, 0x1.249249249246fp-2, 0x1.c71c71c7226dcp-3,
              0x1.745d174185121p-3, 0x1.3b13b30f91716p-3, 0x1.111094c014561p-3,
              0x1.e20b661301fa9p-4, 0x1.aaed9a0379e1ep-4, 0x1.c31011c2c0253p-4);
    const struct vm_pair higher = vm_sum(third.high, tail);
    const struct vm_pair series = vm_sum(2 * s, higher.high);
    const struct vm_pair all = vm_sum(x_.e * VM_LN2_HIGH, series.high);
    const double low =
        all.low + (series.low + (higher.low + (third_low + 2 * s_low)) + x_.e * VM_LN2_LOW);
    return vm_sum(all.high, low);
}

/* From 2^52 on all doubles are. */
VM_INLINE bool vm_is_integer(double y) {
    const double a = fabs(y);
    return (a >= 0x1p52) | ((a + 0x1p52) - 0x1p52 == a);
}

/* a^y for 0 < a < infinity. */
VM_INLINE double vm_pow_core(double a, double y) {
    const struct vm_pair l = vm_log_pair(a);
    const double y_ =
        vm_clamp(y, -0x1p64, 0x1p64); /* beyond, all a != 1 over- or underflow */
    const struct vm_pair p = vm_product(y_, l.high);
    const double high = vm_clamp(p.high, -800, 800);
    const double low = high == p.high ? p.low + y_ * l.low : 0.0;
    const struct vm_exponential e = vm_exponential(high, low);
    return vm_scale(1 + e.q, e.k);
}

/* x^y as C's pow: 1 for y = 0 or x = 1; sign of x for odd y; NaN for x < 0 and y no
 * integer. */
VM_INLINE double vm_pow(double x, double y) {
    const double a = fabs(x);
    const bool extreme = (a == 0) | (a == VM_INFINITY);
    const bool integer = vm_is_integer(y), odd = integer & !vm_is_integer(0.5 * y);
    const double inner = vm_pow_core(extreme ? 1.0 : a, y);
    const double outer = (a == 0) == (y < 0) ? VM_INFINITY : 0.0;
    const double positive = extreme ? outer : inner;
    const double value = odd ? copysign(positive, x) : positive;
    const double real = ((x < 0) & !integer & !extreme) ? VM_NAN : value;
    const double clean = ((x != x) | (y != y)) ? x + y : real;
    return ((y == 0) | (x == 1)) ? 1.0 : clean;
}
