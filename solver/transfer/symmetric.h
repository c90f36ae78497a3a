/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws without replacement, example by example: the law of the sum of B out of j numbers
 * has the Fourier transform
 *     E_b^(j) = e_b(x_1 .. x_j) / (j choose b),    e_b the elementary symmetric polynomial,
 *     E_b^(j) = (j - b)/j E_b^(j-1) + b/j x_j E_(b-1)^(j-1),
 * with x_j the transform of one number: is the j-th among the b, or not? Stable, as a mean
 * of numbers of modulus <= 1. n B operations for each frequency. */
#pragma once

#include "solver/transfer/frequencies.h"
#include <stddef.h>

/* phi[2 q], phi[2 q + 1], q < FREQUENCIES: E_B^(n). put(context, j, x) gives x_j of the
 * block, x[0 re, 1 im][q]. E: work space [B + 1]. 1 <= B <= n. */
void symmetric_block(size_t n, size_t B,
                     void (*put)(const void *context, size_t j, double (*x)[FREQUENCIES]),
                     const void *context, double (*E)[2][FREQUENCIES], double *phi);
