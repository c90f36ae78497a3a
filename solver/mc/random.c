/* SPDX-License-Identifier: GPL-3.0-or-later
 * (seed, stream, purpose, counter, path) -> words -> uniforms, normals, stable numbers. */
#include "solver/mc/random.h"
#include "io/clones.h"
#include "solver/expr/vecmath.h"
#include <math.h>
#include <string.h>

/* Golden-ratio-like constants: Skein's key schedule parity word, and digits of pi. */
#define KEY_PARITY 0x1BD11BDAA9FC1A22u
#define KEY_SECOND 0x243F6A8885A308D3u

#define ALWAYS_INLINE inline __attribute__((always_inline))

static inline uint64_t rotate(uint64_t x, int by) {
    return x << by | x >> (64 - by);
}

/* The words of several calls, x0[w] and x1[w], in step: the 20 rounds are one chain of
 * operations that wait for each other, and other calls fill the waiting. */
static ALWAYS_INLINE void mix(int ways, uint64_t *x0, uint64_t *x1, int by) {
    for (int w = 0; w < ways; w++)
        x0[w] += x1[w];
    for (int w = 0; w < ways; w++)
        x1[w] = rotate(x1[w], by) ^ x0[w];
}

static ALWAYS_INLINE void inject(int ways, uint64_t *x0, uint64_t *x1,
                                 const uint64_t key[3], unsigned n) {
    for (int w = 0; w < ways; w++)
        x0[w] += key[n % 3], x1[w] += key[(n + 1) % 3] + n;
}

#define FOUR_ROUNDS(a, b, c, d)                                                            \
    (mix(ways, x0, x1, a), mix(ways, x0, x1, b), mix(ways, x0, x1, c), mix(ways, x0, x1, d))
#define FOUR_ROUNDS_A FOUR_ROUNDS(16, 42, 12, 31)
#define FOUR_ROUNDS_B FOUR_ROUNDS(16, 32, 24, 21)
#define INJECT(n)     inject(ways, x0, x1, key, n)

/* Threefry2x64 with 20 rounds from the counters (x0, x1) to the words; key[2] = parity ^
 * key[0] ^ key[1]. */
static ALWAYS_INLINE void threefry(int ways, const uint64_t key[3], uint64_t *x0,
                                   uint64_t *x1) {
    INJECT(0u);
    FOUR_ROUNDS_A, INJECT(1u);
    FOUR_ROUNDS_B, INJECT(2u);
    FOUR_ROUNDS_A, INJECT(3u);
    FOUR_ROUNDS_B, INJECT(4u);
    FOUR_ROUNDS_A, INJECT(5u);
}

void random_threefry(const uint64_t key[2], const uint64_t counter[2], uint64_t word[2]) {
    const uint64_t full[3] = {key[0], key[1], KEY_PARITY ^ key[0] ^ key[1]};
    word[0] = counter[0], word[1] = counter[1];
    threefry(1, full, &word[0], &word[1]);
}

enum { WAYS = 4, PART = RANDOM_BLOCK / WAYS };

BLOCK_LOOP
static void block_words(uint64_t k0, uint64_t k1, uint64_t c0, uint64_t path0,
                        uint64_t *restrict w0, uint64_t *restrict w1) {
    const uint64_t key[3] = {k0, k1, KEY_PARITY ^ k0 ^ k1};
    for (size_t i = 0; i < PART; i++) {
        uint64_t x0[WAYS], x1[WAYS];
        for (size_t w = 0; w < WAYS; w++)
            x0[w] = c0, x1[w] = path0 + w * PART + i;
        threefry(WAYS, key, x0, x1);
        for (size_t w = 0; w < WAYS; w++)
            w0[w * PART + i] = x0[w], w1[w * PART + i] = x1[w];
    }
}

void random_words(struct random_key key, enum random_purpose purpose, uint64_t counter,
                  uint64_t path0, uint64_t *w0, uint64_t *w1) {
    block_words(key.seed, KEY_SECOND ^ key.stream, (uint64_t)purpose << 48 | counter, path0,
                w0, w1);
}

/* The 52 high bits as a number in [1, 2). */
static inline double one_to_two(uint64_t word) {
    const uint64_t bits = word >> 12 | 0x3FF0000000000000u;
    double u;
    memcpy(&u, &bits, sizeof u);
    return u;
}

/* (k + 1/2) / 2^52, exactly: in (0, 1). */
static inline double open_unit(uint64_t word) {
    return one_to_two(word) - (1 - 0x1p-53);
}

BLOCK_LOOP
static void block_uniform(const uint64_t *restrict w, double *restrict u) {
    for (size_t i = 0; i < RANDOM_BLOCK; i++)
        u[i] = open_unit(w[i]);
}

void random_uniforms(struct random_key key, enum random_purpose purpose, uint64_t counter,
                     uint64_t path0, double *u0, double *u1) {
    uint64_t w0[RANDOM_BLOCK], w1[RANDOM_BLOCK];
    random_words(key, purpose, counter, path0, w0, w1);
    block_uniform(w0, u0);
    block_uniform(w1, u1);
}

/* r = sqrt(-2 log u), u in (0, 1]. A loop of its own: the processor looks ahead over more
 * lanes of a short loop than of a long one. */
BLOCK_LOOP
static void block_radius(const uint64_t *restrict w, double *restrict r) {
    for (size_t i = 0; i < RANDOM_BLOCK; i++)
        r[i] = sqrt(-2 * vm_log_normal(2 - one_to_two(w[i])));
}

/* sin and cos of 2 pi (k / 2^52 - 1/2), k the 52 high bits of the word. With 1/8 more the
 * two highest bits count quadrants, and the others run through one, -pi/4 .. pi/4. */
static inline void sincos_word(uint64_t word, double *sine, double *cosine) {
    const uint64_t turned = word + ((uint64_t)1 << 61), odd = turned << 1;
    const uint64_t within = turned & (~(uint64_t)0 >> 2), sign = (uint64_t)1 << 63;
    const double angle = (one_to_two(within) - 1.125) * 0x1.921fb54442d18p+2;
    const double s = vm_sin_core(angle, 0), c = vm_cos_core(angle, 0);
    *sine = vm_double(vm_bits((int64_t)odd < 0 ? c : s) ^ (~turned & sign));
    *cosine = vm_double(vm_bits((int64_t)odd < 0 ? s : c) ^ (~(turned ^ odd) & sign));
}

/* z0 = r cos, z1 = r sin; r comes in z0. */
BLOCK_LOOP
static void block_normals(const uint64_t *restrict w, double *restrict z0,
                          double *restrict z1) {
    for (size_t i = 0; i < RANDOM_BLOCK; i++) {
        const double radius = z0[i];
        double sine, cosine;
        sincos_word(w[i], &sine, &cosine);
        z0[i] = radius * cosine;
        z1[i] = radius * sine;
    }
}

void random_normals(struct random_key key, enum random_purpose purpose, uint64_t counter,
                    uint64_t path0, double *z0, double *z1) {
    uint64_t w0[RANDOM_BLOCK], w1[RANDOM_BLOCK];
    random_words(key, purpose, counter, path0, w0, w1);
    block_radius(w0, z0);
    block_normals(w1, z0, z1);
}

/* The cosine is positive but may round to 0 at the end of its range. */
static inline double positive_cosine(double cosine) {
    return cosine > 0x1p-56 ? cosine : 0x1p-56;
}

/* V = pi u uniform in (-pi/2, pi/2), W exponential:
 *     X = sin(a V) exp( ((1-a)/a) ln(cos((1-a) V) / W) - (1/a) ln cos V )
 * in four short loops (see block_radius). The first: sin(a V), cos V and
 *     cos((1-a) V) = cos V cos(a V) + sin V sin(a V). */
BLOCK_LOOP
static void stable_angles(double alpha, const uint64_t *restrict w, double *restrict sin_a,
                          double *restrict cos_1a, double *restrict cos_v) {
    for (size_t i = 0; i < RANDOM_BLOCK; i++) {
        const double half = 0.5 * (open_unit(w[i]) - 0.5); /* V / (2 pi) */
        double sin_v, cosine, cos_a;
        vm_sincos2pi(alpha * half, &sin_a[i], &cos_a);
        vm_sincos2pi(half, &sin_v, &cosine);
        cos_1a[i] = positive_cosine(cosine * cos_a + sin_v * sin_a[i]);
        cos_v[i] = positive_cosine(cosine);
    }
}

/* q <- q / W */
BLOCK_LOOP
static void stable_quotients(const uint64_t *restrict w, double *restrict q) {
    for (size_t i = 0; i < RANDOM_BLOCK; i++)
        q[i] /= -vm_log_normal(open_unit(w[i]));
}

BLOCK_LOOP
static void stable_exponents(double alpha, const double *restrict q,
                             const double *restrict cos_v, double *restrict exponent) {
    const double power = (1 - alpha) / alpha, inverse = 1 / alpha;
    for (size_t i = 0; i < RANDOM_BLOCK; i++)
        exponent[i] = power * vm_log_normal(q[i]) - inverse * vm_log_normal(cos_v[i]);
}

BLOCK_LOOP
static void stable_products(const double *restrict exponent, double *restrict z) {
    for (size_t i = 0; i < RANDOM_BLOCK; i++)
        z[i] *= vm_exp(exponent[i]);
}

void random_stable(struct random_key key, enum random_purpose purpose, uint64_t counter,
                   uint64_t path0, double alpha, double *z) {
    uint64_t w0[RANDOM_BLOCK], w1[RANDOM_BLOCK];
    double q[RANDOM_BLOCK], cos_v[RANDOM_BLOCK], exponent[RANDOM_BLOCK];
    random_words(key, purpose, counter, path0, w0, w1);
    stable_angles(alpha, w0, z, q, cos_v);
    stable_quotients(w1, q);
    stable_exponents(alpha, q, cos_v, exponent);
    stable_products(exponent, z);
}
