/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trigonometric functions and mod of any finite argument. Beyond VM_TRIG_LIMIT: x = m 2^e, and
 * x 2/pi mod 4 from 192 bits of 2/pi (Payne and Hanek, SIGNUM Newsletter 18, 19, 1983). No
 * double is closer than 2^-62 to a multiple of pi/2, so that 70 bits of the rest are
 * right. */
#include "solver/expr/vecmath.h"
#include <stdbool.h>

__extension__ typedef unsigned __int128 uint128;
__extension__ typedef __int128 int128;

/* 64 zeros and the first bits of 2/pi. */
static const uint64_t two_over_pi[20] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041,
    0xfe5163abdebbc561, 0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e,
    0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
    0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
};

/* 64 bits from bit `at` on. */
static uint64_t window(int at) {
    const int word = at / 64, shift = at % 64;
    if (shift == 0) return two_over_pi[word];
    return two_over_pi[word] << shift | two_over_pi[word + 1] >> (64 - shift);
}

/* For |x| > VM_TRIG_LIMIT, finite. Bits of 2/pi above weight 4/2^e count whole turns. */
static struct vm_angle reduce_large(double x) {
    const uint64_t u = vm_bits(x), m = (u & 0x000FFFFFFFFFFFFF) | 0x0010000000000000;
    const int e = (int)(u >> 52 & 0x7FF) - 1075, at = e - 2 + 64;
    const uint128 p2 = (uint128)m * window(at + 128), p1 = (uint128)m * window(at + 64);
    const uint128 p0 = (uint128)m * window(at);
    /* the highest 128 of 192 bits of (x 2/pi mod 4) / 4 */
    const uint128 turn = (p0 << 64) + p1 + (p2 >> 64);
    const uint64_t quadrant = (uint64_t)((turn + ((uint128)1 << 125)) >> 126);
    const int128 rest = (int128)(turn - ((uint128)quadrant << 126)); /* of 2^126 */
    const double high = (double)rest, low = (double)(rest - (int128)high);
    const double to_angle = 0x1.921fb54442d18p+0 * 0x1p-126;
    const struct vm_pair r = vm_product(high, to_angle);
    const double r_low =
        r.low + (low * to_angle + high * (0x1.1a62633145c07p-54 * 0x1p-126));
    const struct vm_angle angle = {r.high, r_low, quadrant};
    const struct vm_angle minus = {-r.high, -r_low, 0 - quadrant};
    return x < 0 ? minus : angle;
}

static bool large(double x) {
    return fabs(x) > VM_TRIG_LIMIT;
}

double vecmath_sin(double x) {
    if (!large(x)) return vm_sin(x);
    return isfinite(x) ? vm_sin_of(reduce_large(x)) : VM_NAN;
}

double vecmath_cos(double x) {
    if (!large(x)) return vm_cos(x);
    return isfinite(x) ? vm_cos_of(reduce_large(x)) : VM_NAN;
}

double vecmath_tan(double x) {
    if (!large(x)) return vm_tan(x);
    return isfinite(x) ? vm_tan_of(reduce_large(x)) : VM_NAN;
}

/* C's fmod is exact everywhere, and of the sign of a. */
double vecmath_mod(double a, double b) {
    const double r = fmod(a, b);
    if (r == 0) return copysign(0.0, b);
    return (r < 0) != (b < 0) ? r + b : r;
}
