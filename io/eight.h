/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Eight numbers in step, for sums and sweeps of any folder. */
#pragma once

#include <stdint.h>

/* Inlined: compiled for what its caller, a BLOCK_LOOP (io/clones.h), is compiled for. */
#define INLINE static inline __attribute__((always_inline))

/* The numbers, and integers or the bits of numbers. */
typedef double eight __attribute__((vector_size(64)));
/* The same of whole numbers. */
typedef int64_t eight_bits __attribute__((vector_size(64)));

/* x[8], wherever it lies. (No function takes or gives a vector by value: how it is passed
 * would depend on the processor, which clang refuses.) */
typedef double eight_anywhere __attribute__((vector_size(64), aligned(8), may_alias));
INLINE const eight_anywhere *eight_at(const double *x) {
    return (const eight_anywhere *)x;
}
/* v_0 + ... + v_7 */
INLINE double eight_sum(const eight *v) {
    return (((*v)[0] + (*v)[4]) + ((*v)[1] + (*v)[5])) +
           (((*v)[2] + (*v)[6]) + ((*v)[3] + (*v)[7]));
}
