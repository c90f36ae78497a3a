/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Lagrange's weights of the points -1, 0, 1, 2 for a value at f in [0, 1): they keep every
 * moment up to the third. */
static inline void cubic_weights(double f, double weight[4]) {
    weight[0] = -f * (f - 1) * (f - 2) / 6;
    weight[1] = (f + 1) * (f - 1) * (f - 2) / 2;
    weight[2] = -(f + 1) * f * (f - 2) / 2;
    weight[3] = (f + 1) * f * (f - 1) / 6;
}
