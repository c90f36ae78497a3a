/* SPDX-License-Identifier: GPL-3.0-or-later
 * FNV-1a (Fowler, Noll, Vo), 64 bits: fingerprints of states and settings, not secrets. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_START 0xCBF29CE484222325u

/* hash continued over the bytes of data. */
static inline uint64_t hash_add(uint64_t hash, const void *data, size_t bytes) {
    const unsigned char *byte = data;
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ byte[i]) * 0x100000001B3u;
    return hash;
}
