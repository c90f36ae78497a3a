/* SPDX-License-Identifier: GPL-3.0-or-later
 * (seed, stream, purpose, counter, path) -> words -> uniforms, normals, stable numbers. */
#include "solver/mc/random.h"
#include "io/clones.h"
#include "solver/model/vecmath.h"
#include <math.h>
#include <string.h>

/* Golden-ratio-like constants: Skein's key schedule parity word, and digits of pi. */
#define KEY_PARITY 0x1BD11BDAA9FC1A22u
#define KEY_SECOND 0x243F6A8885A308D3u

static inline uint64_t rotate(uint64_t x, int by) {
    return x << by | x >> (64 - by);
}

#define MIX(by)       (x0 += x1, x1 = rotate(x1, by) ^ x0)
#define FOUR_ROUNDS_A (MIX(16), MIX(42), MIX(12), MIX(31))
#define FOUR_ROUNDS_B (MIX(16), MIX(32), MIX(24), MIX(21))
#define INJECT(n)     (x0 += key[(n) % 3], x1 += key[((n) + 1) % 3] + (n))

/* Threefry2x64 with 20 rounds; key[2] = parity ^ key[0] ^ key[1]. */
static inline void threefry(const uint64_t key[3], uint64_t c0, uint64_t c1, uint64_t *w0,
                            uint64_t *w1) {
    uint64_t x0 = c0 + key[0], x1 = c1 + key[1];
    FOUR_ROUNDS_A, INJECT(1u);
    FOUR_ROUNDS_B, INJECT(2u);
    FOUR_ROUNDS_A, INJECT(3u);
    FOUR_ROUNDS_B, INJECT(4u);
    FOUR_ROUNDS_A, INJECT(5u);
    *w0 = x0, *w1 = x1;
}

void random_threefry(const uint64_t key[2], const uint64_t counter[2], uint64_t word[2]) {
    const uint64_t full[3] = {key[0], key[1], KEY_PARITY ^ key[0] ^ key[1]};
    threefry(full, counter[0], counter[1], &word[0], &word[1]);
}

BLOCK_LOOP
static void block_words(uint64_t k0, uint64_t k1, uint64_t c0, uint64_t path0,
                        uint64_t *restrict w0, uint64_t *restrict w1) {
    const uint64_t key[3] = {k0, k1, KEY_PARITY ^ k0 ^ k1};
    for (size_t i = 0; i < RANDOM_BLOCK; i++)
        threefry(key, c0, path0 + i, &w0[i], &w1[i]);
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

BLOCK_LOOP
static void block_normals(const uint64_t *restrict w0, const uint64_t *restrict w1,
                          double *restrict z0, double *restrict z1) {
    for (size_t i = 0; i < RANDOM_BLOCK; i++) {
        const double u = 2 - one_to_two(w0[i]); /* (0, 1] */
        const double radius = sqrt(-2 * vm_log(u));
        double sine, cosine;
        vm_sincos2pi(one_to_two(w1[i]) - 1.5, &sine, &cosine);
        z0[i] = radius * cosine;
        z1[i] = radius * sine;
    }
}

void random_normals(struct random_key key, enum random_purpose purpose, uint64_t counter,
                    uint64_t path0, double *z0, double *z1) {
    uint64_t w0[RANDOM_BLOCK], w1[RANDOM_BLOCK];
    random_words(key, purpose, counter, path0, w0, w1);
    block_normals(w0, w1, z0, z1);
}

/* The cosine is positive but may round to 0 at the end of its range. */
static inline double log_cosine(double cosine) {
    return vm_log(cosine > 0x1p-56 ? cosine : 0x1p-56);
}

/* V = pi u uniform in (-pi/2, pi/2), W exponential:
 *     X = sin(a V) exp( ((1-a)/a) (ln cos((1-a) V) - ln W) - (1/a) ln cos V ). */
BLOCK_LOOP
static void block_stable(double alpha, const uint64_t *restrict w0,
                         const uint64_t *restrict w1, double *restrict z) {
    const double power = (1 - alpha) / alpha;
    for (size_t i = 0; i < RANDOM_BLOCK; i++) {
        const double half = 0.5 * (open_unit(w0[i]) - 0.5); /* V / (2 pi) */
        const double W = -vm_log(open_unit(w1[i]));
        double sin_a, cos_a, sin_1a, cos_1a, sin_v, cos_v;
        vm_sincos2pi(alpha * half, &sin_a, &cos_a);
        vm_sincos2pi((1 - alpha) * half, &sin_1a, &cos_1a);
        vm_sincos2pi(half, &sin_v, &cos_v);
        z[i] = sin_a *
               vm_exp(power * (log_cosine(cos_1a) - vm_log(W)) - log_cosine(cos_v) / alpha);
    }
}

void random_stable(struct random_key key, enum random_purpose purpose, uint64_t counter,
                   uint64_t path0, double alpha, double *z) {
    uint64_t w0[RANDOM_BLOCK], w1[RANDOM_BLOCK];
    random_words(key, purpose, counter, path0, w0, w1);
    block_stable(alpha, w0, w1, z);
}
