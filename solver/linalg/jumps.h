/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Symmetric alpha-stable jumps on a lattice of spacing h. The generator
 * -(-d^2/dx^2)^{alpha/2} jumps by z with the density of rates
 *     C |z|^{-1-alpha},    C = Gamma(1+alpha) sin(pi alpha/2) / pi.
 * The lattice chain jumps by +-m h at the rates
 *     w_m = C h^-alpha m^{-1-alpha},   m >= 2,
 *     w_1 = C h^-alpha (1 - zeta(alpha-1)).
 * From
 *     2 Sum_m m^{-1-alpha} (1 - cos m q) = |q|^alpha / C + zeta(alpha-1) q^2 + O(q^4)
 * its symbol is |k|^alpha + O(h^{4-alpha} k^4). The rates are positive (zeta < 0 there);
 * for alpha = 2 they are the second difference. (Huang & Oberman, SIAM J. Numer. Anal. 52,
 * 3056, 2014, get weights of order 2 - alpha and 3 - alpha by interpolation;
 * docs/numerics.md 8.2.) */
#pragma once

#include <stddef.h>

/* Riemann's zeta function for real s > -5, s != 1: Borwein's algorithm 2 (CMS Conf. Proc.
 * 27, 29, 2000), error about 1e-15. */
double zeta(double s);

/* C(alpha) above, 0 < alpha <= 2; 0 for alpha = 2. */
double jumps_intensity(double alpha);
/* w_m, m >= 1: the rate of the jump by +m, and by -m, in units of 1/time at scale sigma =
 * 1. */
double jumps_rate(double alpha, double h, size_t m);
/* Sum of w_m over m >= first >= 1. */
double jumps_rate_beyond(double alpha, double h, size_t first);
/* delta: a lattice that is killed at node 0 and below has its wall at the distance delta h
 * above node 0. Found from the exact mean exit time of [-1, 1],
 *     (1 - x^2)^{alpha/2} / Gamma(1+alpha)
 * (Getoor, Trans. Amer. Math. Soc. 101, 75, 1961). 0 for alpha = 2, 1/2 for alpha -> 0. NaN
 * without memory. */
double jumps_wall_offset(double alpha);
