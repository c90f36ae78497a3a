/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers put on the integers around them with cubic weights (cubic.h), on a ring of R = 2^m
 * integers, in two variables R x R. */
#pragma once

#include <stddef.h>

/* mass[R] or mass[R][R] (y fastest) += the weights of sign s[0][j] (, sign s[1][j]), j < n;
 * |s| < 2^31. */
void population_line(size_t n, const double *s, double sign, size_t R, double *mass);
void population_plane(size_t n, double *const *s, double sign, size_t R, double *mass);
