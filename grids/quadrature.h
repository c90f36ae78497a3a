/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The points x and weights w of Gauss's rules (Abramowitz & Stegun, tables 25.4 and 25.10).
 *     Legendre   mean of f over an interval   = Sum_q w_q f(centre + x_q width)
 *                x increasing in (-1/2, 1/2), the weights sum to 1; n points are exact for
 *                polynomials up to degree 2 n - 1.
 *     Hermite    E f(mean + s xi), xi normal  = Sum_q w_q f(mean + s x_q)
 *                x from the middle outwards, the weights sum to 1. */
#pragma once

extern const double legendre3_x[3], legendre3_w[3];
extern const double legendre3_part[3]; /* 1/2 + x, rounded once: where in the interval */
extern const double legendre4_x[4], legendre4_w[4];
extern const double legendre8_x[8], legendre8_w[8];
extern const double hermite5_x[5], hermite5_w[5];
