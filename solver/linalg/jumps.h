/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Symmetric alpha-stable jumps on a lattice of spacing h. The generator
 * -(-d^2/dx^2)^{alpha/2} jumps by z with density C |z|^{-1-alpha}, C = Gamma(1+alpha)
 * sin(pi alpha/2) / pi. On the lattice: rates w_m = C h^-alpha m^{-1-alpha}  (m >= 2), w_1
 * = C h^-alpha (1 - zeta(alpha-1)). With 2 Sum_m m^{-1-alpha} (1 - cos m q) = |q|^alpha / C
 * + zeta(alpha-1) q^2 + O(q^4) the symbol is |k|^alpha + O(h^{4-alpha} k^4); the rates are
 * positive (zeta < 0 there), and for alpha = 2 the second difference. Huang & Oberman, SIAM
 * J. Numer. Anal. 52, 3056 (2014), get weights of order 2 - alpha and 3 - alpha by
 * interpolation. */
#pragma once

#include <stddef.h>

/* Riemann's zeta function for real s > -5, s != 1: Borwein's algorithm 2 (CMS Conf. Proc.
 * 27, 29, 2000), error about 1e-15. */
double zeta(double s);

/* C above; 0 for alpha = 2. 0 < alpha <= 2. */
double jumps_intensity(double alpha);
/* Rate of the lattice jump by +m, m >= 1 (and by -m). */
double jumps_rate(double alpha, double h, size_t m);
/* Sum of the rates by +m for all m >= first >= 1. */
double jumps_rate_beyond(double alpha, double h, size_t first);
/* Where a lattice that is killed from node 0 on feels its wall: delta h above node 0, from
 * the exact exit time Gamma(1+alpha)^-1 (1 - x^2)^{alpha/2} of [-1, 1] (Getoor, Trans.
 * Amer. Math. Soc. 101, 75, 1961). 0 for alpha = 2, 1/2 for alpha -> 0. NaN without memory.
 */
double jumps_wall_offset(double alpha);
