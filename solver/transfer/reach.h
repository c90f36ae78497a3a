/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How far the sum S of B draws out of n numbers s_j of mean 0 goes: |S| <= reach, always or
 * but for the probability 2 e^-42 < 2e-18. The least of
 *     B M,   M = max |s_j|
 *     t with (t^2/2) / (B v + M t/3) = 42,   v = mean s^2                   (Bernstein)
 *     ( 42 + B ln mean e^(+-lambda s) ) / lambda,   lambda = sqrt(84 / (B v))  (Chernoff)
 * which hold for draws without replacement too (Hoeffding, J. Amer. Stat. Assoc. 58 (1963)
 * 13, theorem 4). */
#pragma once

#include <stddef.h>

/* The reach of s[n], in its unit; 1 <= B, and sum s = 0. */
double reach_of_sum(size_t n, const double *s, size_t B);
