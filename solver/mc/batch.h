/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which examples each walker draws: B of n, every step, by random integers that are a
 * function of (key, step, path) only. With C the covariance of one example's gradient (with
 * 1/n), that of the batch's mean is
 *   with replacement     C / B
 *   without replacement  C / B (n - B) / (n - 1)
 *   reshuffled           that of `without` in a single step, but anticorrelated from step
 *                        to step: not the diffusion of either.
 * Reshuffled epochs visit every example once before any is seen again: floor(n / B) steps
 * an epoch, each epoch with a fresh uniform permutation. The n mod B examples left over are
 * dropped, others in every epoch. */
#pragma once

#include "io/status.h"
#include "solver/mc/random.h"
#include "solver/model/model.h"
#include <stdint.h>

/* Work space of one thread. */
struct batch {
    struct random_key key;
    enum sampling method;
    uint32_t n, B;
    /* Bits of a draw: 32; with replacement from n = 2^m the least power of 2 that is not
     * below m. One call of the generator gives 128 / width draws. */
    unsigned width;
    uint32_t *pick; /* pick[b * RANDOM_BLOCK + lane]: the draws of the present step */

    uint64_t path0;         /* block that the caches below belong to */
    uint64_t words_counter; /* which call w0, w1 hold; UINT64_MAX: none */
    uint64_t *w0, *w1;
    uint32_t *bits;             /* of the present draw, one number a lane */
    uint32_t *stamp, stamp_now; /* without replacement: stamp[n] */
    uint32_t *order;            /* reshuffled: order[lane * n + position] */
    uint64_t epoch;             /* that order belongs to ... */
    uint32_t done;              /* ... and positions of it shuffled so far */
};

/* 1 <= B <= n < 2^32 (the caller has checked). Reshuffling takes 2 KiB for each example. */
MUST_CHECK bool batch_init(struct batch *batch, struct random_key key, enum sampling method,
                           size_t n, size_t B, struct error *err);
void batch_finish(struct batch *batch);

/* Fills pick for step k of paths path0 + lane. Going on step by step in one block is fast;
 * a jump costs reshuffling a replay of its epoch. */
void batch_draw(struct batch *batch, uint64_t k, uint64_t path0);
