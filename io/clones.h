/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * BLOCK_LOOP marks a loop over a block: compiled for AVX-512, AVX2 and the x86-64 baseline
 * and chosen when the program starts. (These three names; "arch=..." items fall back to the
 * baseline silently on processors the run-time library does not know.) Elsewhere, one
 * version. The results are the same: + - * / sqrt and integers only, no contraction.
 * Names so marked must be unique in the program, static or not: clang 14 makes their
 * resolvers global. */
#pragma once

/* Not under the address and thread sanitizers, whose start comes after the choice. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZER_STARTS_LATE 1
#elif defined(__has_feature)
#define SANITIZER_STARTS_LATE                                                              \
    (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZER_STARTS_LATE 0
#endif

#if defined(__x86_64__) && defined(__linux__) && !SANITIZER_STARTS_LATE
#define BLOCK_LOOP __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BLOCK_LOOP
#endif

/* Before a loop over a block whose output may be one of its inputs: no dependence between
 * iterations all the same. */
#if defined(__clang__)
#define NO_DEPENDENCE _Pragma("clang loop vectorize(assume_safety)")
#else
#define NO_DEPENDENCE _Pragma("GCC ivdep")
#endif
