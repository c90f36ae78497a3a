/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/h5chunk.h"
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { WIDTH = sizeof(double), CHECKSUM = 4 };

struct h5_coder {
    z_stream stream;
    int level;
    size_t most, room;       /* bytes before and after */
    unsigned char *shuffled; /* [most] */
    unsigned char *bytes;    /* [room] */
};

/* ---------------------------------------------------------------- making one */

struct h5_coder *h5_coder_create(size_t most, int level, struct error *err) {
    struct h5_coder *c = array_create(1, sizeof *c, err);
    if (c == NULL) return NULL;
    if (deflateInit(&c->stream, level) != Z_OK)
        return free(c), fail(err, ERROR_MEMORY, "no memory to compress"), NULL;
    c->level = level;
    c->most = WIDTH * most;
    /* a stored block is of 16 KiB or more, and at most one more begins with each plane */
    c->room = deflateBound(&c->stream, c->most) + c->most / 1024 + 64 * WIDTH + CHECKSUM;
    c->shuffled = malloc(c->most);
    c->bytes = malloc(c->room); /* both: what is read was set */
    if (c->shuffled != NULL && c->bytes != NULL) return c;
    h5_coder_destroy(c);
    return fail(err, ERROR_MEMORY, "no memory to compress"), NULL;
}

void h5_coder_destroy(struct h5_coder *c) {
    if (c == NULL) return;
    deflateEnd(&c->stream);
    free(c->shuffled);
    free(c->bytes);
    free(c);
}

/* ---------------------------------------------------------------- shuffle */

/* Byte k of every number, least significant first, in plane k. */
static void shuffle(const double *value, size_t n, unsigned char *out) {
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        for (size_t k = 0; k < WIDTH; k++)
            out[k * n + i] = (unsigned char)(bits >> 8 * k);
    }
}

static bool is_mixed(const struct h5_coder *c, size_t n, size_t k) {
    const unsigned char *plane = c->shuffled + k * n;
    const double limit = c->level == 1 ? fmin(2 + 3072 / (double)n, 5) : 1.3;
    uint32_t count[256] = {0};
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        count[plane[i]]++;
    for (size_t b = 0; b < 256; b++)
        sum += (uint64_t)count[b] * count[b];
    return (double)sum <= limit * ((double)n + (double)n * (double)n / 256);
}

/* ---------------------------------------------------------------- deflate */

/* Planes of the same kind, as one input. The room suffices for all: nothing can fail. */
static void deflate_planes(struct h5_coder *c, bool mixed, const unsigned char *in,
                           size_t size, int flush) {
    z_stream *z = &c->stream;
    int state = deflateParams(z, mixed ? 0 : c->level, Z_DEFAULT_STRATEGY);
    assert(state == Z_OK);
    z->next_in = (unsigned char *)in; /* zlib does not write to it */
    z->avail_in = (uInt)size;
    state = deflate(z, flush);
    assert(state == (flush == Z_FINISH ? Z_STREAM_END : Z_OK));
    (void)state;
}

static size_t deflate_all(struct h5_coder *c, size_t n) {
    z_stream *z = &c->stream;
    deflateReset(z);
    z->next_out = c->bytes;
    z->avail_out = (uInt)(c->room - CHECKSUM);
    bool mixed = is_mixed(c, n, 0);
    for (size_t from = 0, to = 1; from < WIDTH; from = to++) {
        const bool now = mixed;
        while (to < WIDTH && (mixed = is_mixed(c, n, to)) == now)
            to++;
        deflate_planes(c, now, c->shuffled + from * n, (to - from) * n,
                       to < WIDTH ? Z_NO_FLUSH : Z_FINISH);
    }
    return z->total_out;
}

/* ---------------------------------------------------------------- checksum */

/* s > 0 modulo 65535, in 1 .. 65535. */
static uint64_t fold(uint64_t s) {
    while (s >> 16)
        s = (s & 0xFFFF) + (s >> 16);
    return s;
}

uint32_t h5_fletcher32(const unsigned char *bytes, size_t size) {
    enum { BLOCK = 1 << 16 }; /* words whose sums of sums stay under 2^64 */
    uint64_t sum = 0, sums = 0;
    for (size_t k = 0; k < size;) {
        const size_t end = size - k > 2 * BLOCK ? k + 2 * BLOCK : size;
        for (; k + 1 < end; k += 2)
            sums += sum += 256u * bytes[k] + bytes[k + 1];
        if (k < end) sums += sum += 256u * bytes[k++];
        sum = fold(sum), sums = fold(sums);
    }
    return (uint32_t)(sums << 16 | sum);
}

size_t h5_coder_run(struct h5_coder *c, const double *value, size_t n,
                    const unsigned char **bytes) {
    assert(n > 0 && WIDTH * n <= c->most);
    shuffle(value, n, c->shuffled);
    const size_t size = deflate_all(c, n);
    const uint32_t sum = h5_fletcher32(c->bytes, size);
    for (int k = 0; k < CHECKSUM; k++)
        c->bytes[size + k] = (unsigned char)(sum >> 8 * k);
    *bytes = c->bytes;
    return size + CHECKSUM;
}
