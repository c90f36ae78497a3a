/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chunk of real numbers as the filters shuffle, deflate and fletcher32 of HDF5 leave it, made
 * without them: one stream of zlib serves all chunks, and bytes in which there is nothing to
 * find are stored as they are.
 *
 * Shuffled, a chunk of n numbers is 8 planes of n bytes: the last bytes of the significands
 * first, signs and exponents last. A plane whose bytes are nearly as mixed as random ones,
 *     sum_b count_b^2 <= q (n + n^2/256)
 * (n + n^2/256: the mean for random bytes), hardly shrinks. It goes into stored blocks of the
 * same stream (RFC 1951, 3.2.4), which every reader inflates. q is 1.3, and at level 1, which
 * is meant to be fast, min(5, 2 + 3072/n): in short planes the Huffman code of some hundred
 * symbols costs more than the plane. Bytes of which all but a few values are equally frequent
 * would shrink by log2(q)/8: an eighth where q is 2.
 *
 * Formats: HDF5 File Format Specification 2.0, IV.A.2.l (filters); RFC 1950 and 1951. */
#pragma once

#include "io/status.h"
#include <stddef.h>
#include <stdint.h>

struct h5_coder;

/* For chunks of at most `most` numbers at level 1 to 9. Fails without memory. */
MUST_CHECK struct h5_coder *h5_coder_create(size_t most, int level, struct error *err);
void h5_coder_destroy(struct h5_coder *); /* NULL is fine */

/* value[n], n >= 1, as the bytes of a chunk, of which it returns the number; *bytes is the
 * coder's, until its next chunk. */
size_t h5_coder_run(struct h5_coder *, const double *value, size_t n,
                    const unsigned char **bytes);

/* Fletcher's sums modulo 65535 of the 16-bit words of bytes[size], the first byte of a word
 * the higher one, the last of an odd number of bytes alone: sum of all in the lower half,
 * sum of the partial sums in the upper one. 65535 stands for 0 but where all bytes are 0. */
uint32_t h5_fletcher32(const unsigned char *bytes, size_t size);
