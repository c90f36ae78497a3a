/* SPDX-License-Identifier: GPL-3.0-or-later
 * B of n examples for each lane of a block. */
#include "solver/mc/batch.h"
#include "io/clones.h"
#include <stdlib.h>
#include <string.h>

enum { LANES = RANDOM_BLOCK };
#define NO_COUNTER UINT64_MAX

/* For n = 2^m a draw takes m bits, and each example has the probability 1/n exactly. */
static unsigned width_of(enum sampling method, uint32_t n) {
    unsigned width = 1;
    if (method != WITH_REPLACEMENT || (n & (n - 1)) != 0) return 32;
    while (width < 32 && (n - 1) >> width != 0)
        width *= 2;
    return width;
}

bool batch_init(struct batch *batch, struct random_key key, enum sampling method, size_t n,
                size_t B, struct error *err) {
    *batch = (struct batch){.key = key,
                            .method = method,
                            .n = (uint32_t)n,
                            .B = (uint32_t)B,
                            .width = width_of(method, (uint32_t)n),
                            .words_counter = NO_COUNTER};
    batch->epoch = NO_COUNTER;
    bool ok = (batch->pick = array_create(B * LANES, sizeof *batch->pick, err)) != NULL &&
              (batch->w0 = array_create(LANES, sizeof *batch->w0, err)) != NULL &&
              (batch->w1 = array_create(LANES, sizeof *batch->w1, err)) != NULL &&
              (batch->bits = array_create(LANES, sizeof *batch->bits, err)) != NULL;
    if (ok && method == WITHOUT_REPLACEMENT)
        ok = (batch->stamp = array_create(n, sizeof *batch->stamp, err)) != NULL;
    if (ok && method == RESHUFFLED)
        ok = (batch->order = array_create(n, LANES * sizeof *batch->order, err)) != NULL;
    if (!ok) batch_finish(batch);
    return ok;
}

void batch_finish(struct batch *batch) {
    free(batch->order);
    free(batch->stamp);
    free(batch->bits);
    free(batch->w1);
    free(batch->w0);
    free(batch->pick);
    *batch = (struct batch){0};
}

BLOCK_LOOP
static void take_bits(const uint64_t *restrict w, unsigned shift, uint32_t mask,
                      uint32_t *restrict bits) {
    for (size_t i = 0; i < LANES; i++)
        bits[i] = (uint32_t)(w[i] >> shift) & mask;
}

/* As integers in [0, n). */
BLOCK_LOOP
static void take_below(const uint64_t *restrict w, unsigned shift, uint32_t n,
                       uint32_t *restrict out) {
    for (size_t i = 0; i < LANES; i++)
        out[i] = random_below((uint32_t)(w[i] >> shift), n);
}

/* The words that hold the q-th draw of a path, and the shift that brings its bits down: the
 * words of one call from the highest bits down, w0 first. */
static const uint64_t *words_of(struct batch *batch, uint64_t q, unsigned *shift) {
    const uint64_t in_word = 64 / batch->width, in_call = 2 * in_word;
    if (batch->words_counter != q / in_call) {
        batch->words_counter = q / in_call;
        random_words(batch->key, RANDOM_BATCH, q / in_call, batch->path0, batch->w0,
                     batch->w1);
    }
    *shift = 64 - batch->width * (unsigned)(q % in_word + 1);
    return q % in_call < in_word ? batch->w0 : batch->w1;
}

/* The q-th draw as an integer in [0, n), for a width of 32. */
static void draw_below(struct batch *batch, uint64_t q, uint32_t n, uint32_t *out) {
    unsigned shift;
    const uint64_t *w = words_of(batch, q, &shift);
    take_below(w, shift, n, out);
}

/* Its bits, for n = 2^m. */
static void draw_bits(struct batch *batch, uint64_t q, uint32_t *out) {
    unsigned shift;
    const uint64_t *w = words_of(batch, q, &shift);
    take_bits(w, shift, batch->n - 1, out);
}

static void draw_with_replacement(struct batch *batch, uint64_t k) {
    for (uint32_t b = 0; b < batch->B; b++) {
        uint32_t *pick = batch->pick + b * LANES;
        if (batch->width < 32)
            draw_bits(batch, k * batch->B + b, pick);
        else
            draw_below(batch, k * batch->B + b, batch->n, pick);
    }
}

/* Floyd's algorithm (Bentley and Floyd, CACM 30 (1987) 754): for m = n-B .. n-1 take a
 * uniform t in [0, m], or m itself where t is taken already. Every subset of B is equally
 * likely. stamp[t] == the lane's own number means taken. */
static void draw_without_replacement(struct batch *batch, uint64_t k) {
    const uint32_t n = batch->n, B = batch->B;
    for (uint32_t b = 0; b < B; b++)
        draw_below(batch, k * B + b, n - B + b + 1, batch->pick + b * LANES);
    if (batch->stamp_now > UINT32_MAX - LANES) {
        memset(batch->stamp, 0, n * sizeof *batch->stamp);
        batch->stamp_now = 0;
    }
    for (size_t i = 0; i < LANES; i++) {
        const uint32_t mine = ++batch->stamp_now;
        for (uint32_t b = 0; b < B; b++) {
            uint32_t *t = &batch->pick[b * LANES + i];
            if (batch->stamp[*t] == mine) *t = n - B + b;
            batch->stamp[*t] = mine;
        }
    }
}

/* Fisher-Yates from batch->done up to `until` in every lane. */
static void shuffle_up_to(struct batch *batch, uint32_t until) {
    const uint32_t n = batch->n;
    for (; batch->done < until; batch->done++) {
        const uint32_t at = batch->done;
        draw_below(batch, batch->epoch * n + at, n - at, batch->bits);
        for (size_t i = 0; i < LANES; i++) {
            uint32_t *order = batch->order + i * n;
            const uint32_t other = at + batch->bits[i];
            const uint32_t taken = order[other];
            order[other] = order[at];
            order[at] = taken;
        }
    }
}

static void draw_reshuffled(struct batch *batch, uint64_t k) {
    const uint32_t n = batch->n, B = batch->B, steps = n / B;
    const uint64_t epoch = k / steps;
    const uint32_t start = (uint32_t)(k % steps) * B;
    if (batch->epoch != epoch || batch->done > start) {
        for (size_t i = 0; i < LANES; i++)
            for (uint32_t j = 0; j < n; j++)
                batch->order[i * n + j] = j;
        batch->epoch = epoch;
        batch->done = 0;
    }
    shuffle_up_to(batch, start + B);
    for (uint32_t b = 0; b < B; b++)
        for (size_t i = 0; i < LANES; i++)
            batch->pick[b * LANES + i] = batch->order[i * n + start + b];
}

void batch_draw(struct batch *batch, uint64_t k, uint64_t path0) {
    if (batch->path0 != path0) {
        batch->path0 = path0;
        batch->words_counter = NO_COUNTER;
        batch->epoch = NO_COUNTER;
    }
    switch (batch->method) {
    case WITH_REPLACEMENT:
        draw_with_replacement(batch, k);
        break;
    case WITHOUT_REPLACEMENT:
        draw_without_replacement(batch, k);
        break;
    case RESHUFFLED:
        draw_reshuffled(batch, k);
        break;
    }
}
