/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counter-based random numbers: Threefry2x64-20 (Salmon, Moraes, Dror, Shaw, "Parallel
 * random numbers: as easy as 1, 2, 3", SC 2011). A number is a pure function of (seed,
 * stream, purpose, counter, path): no state is kept, so a run gives the same bits for any
 * number of threads and resumes anywhere.
 *
 *     key     = (seed, 0x243F6A8885A308D3 ^ stream)
 *     counter = (purpose << 48 | counter, path)         counter < 2^48
 *
 * Everything comes in blocks of RANDOM_BLOCK consecutive paths, path0 + i for lane i; the
 * block loops are compiled for AVX-512, AVX2 and the baseline, with the same results. */
#pragma once

#include <stdint.h>

enum { RANDOM_BLOCK = 512 };

/* What a number is for: draws of different purposes never share a counter. */
enum random_purpose {
    RANDOM_INITIAL,   /* where a walker starts */
    RANDOM_NOISE,     /* Brownian increments */
    RANDOM_BATCH,     /* which examples are drawn */
    RANDOM_JUMPS,     /* alpha-stable increments */
    RANDOM_BRIDGE,    /* did the path touch a wall between two steps? */
    RANDOM_SPLITTING, /* whose copies walk on */
    RANDOM_SINKS,     /* is it killed or reset in this step? */
    RANDOM_RETURN,    /* where a reset leads to */
};

/* seed: the run's, recorded in the file. stream: which ensemble of the run (SGD, SDE,
 * ...). */
struct random_key {
    uint64_t seed, stream;
};

/* The two output words of one call, for one key and counter (tests: known answers). */
void random_threefry(const uint64_t key[2], const uint64_t counter[2], uint64_t word[2]);

/* w0[i], w1[i]: two independent 64-bit words for each path of the block. */
void random_words(struct random_key key, enum random_purpose purpose, uint64_t counter,
                  uint64_t path0, uint64_t *w0, uint64_t *w1);

/* Uniform in (0, 1), 52 bits, never 0 or 1. */
void random_uniforms(struct random_key key, enum random_purpose purpose, uint64_t counter,
                     uint64_t path0, double *u0, double *u1);

/* Two independent N(0, 1) for each path (Box and Muller 1958, radius and angle of 52 bits:
 * |z| < 8.5). */
void random_normals(struct random_key key, enum random_purpose purpose, uint64_t counter,
                    uint64_t path0, double *z0, double *z1);

/* Symmetric alpha-stable X,
 *     E exp(i k X) = exp(-|k|^alpha),   0 < alpha <= 2
 * (Chambers, Mallows, Stuck, JASA 71 (1976) 340, in the logarithmic form that has no
 * special case at alpha = 1). alpha = 1 is Cauchy's law, alpha = 2 is N(0, 2). */
void random_stable(struct random_key key, enum random_purpose purpose, uint64_t counter,
                   uint64_t path0, double alpha, double *z);

/* Uniform integer in [0, n) from 32 random bits, floor(bits n / 2^32). Each probability has
 * a relative error below n / 2^32. */
static inline uint32_t random_below(uint32_t bits, uint32_t n) {
    return (uint32_t)(((uint64_t)bits * n) >> 32);
}
