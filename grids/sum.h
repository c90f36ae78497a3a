/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compensated sum (Neumaier, ZAMM 54, 39, 1974): s + c is the sum to about one rounding,
 * whatever the number of terms and their signs, unless they cancel to below eps^2. */
#pragma once

struct sum {
    double s, c; /* running sum and what its roundings lost; start with {0} */
};

/* Adds x. The rounding of s + x is found without asking which of the two is larger (Knuth, The
 * Art of Computer Programming 2, 4.2.2, theorem B): the same number, and no branch. */
static inline void sum_add(struct sum *sum, double x) {
    const double t = sum->s + x, part = t - sum->s;
    sum->c += (sum->s - (t - part)) + (x - part);
    sum->s = t;
}

/* The sum of all that was added. */
static inline double sum_value(struct sum sum) {
    return sum.s + sum.c;
}
