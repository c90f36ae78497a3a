/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * BLOCK_LOOP marks a loop over a block: compiled for AVX-512, AVX2 and the x86-64 baseline
 * and chosen when the program starts. (These three names; "arch=..." items fall back to the
 * baseline silently on processors the run-time library does not know.) Elsewhere, one
 * version. The results are the same: + - * / sqrt and integers only, no contraction.
 * Names so marked must be unique in the program, static or not: clang 14 makes their
 * resolvers global. */
#pragma once

/* Not under the address sanitizer, whose start comes after the choice. */
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
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
