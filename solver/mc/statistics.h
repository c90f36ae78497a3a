/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tail probabilities and corrections that the comparison of two laws needs. */
#pragma once

#include <stddef.h>

/* P(Z > z) for Z ~ N(0, 1). */
double normal_tail(double z);
/* z with P(Z <= z) = p, 0 < p < 1 (relative error 1e-14). */
double normal_quantile(double p);

/* Q(a, x) = Gamma(a, x) / Gamma(a), a > 0, x >= 0: series below a + 1, continued fraction
 * (Lentz) above; relative error 1e-12. */
double gamma_tail(double a, double x);
/* P(X > chi2), X chi-square with k degrees of freedom. */
double chi2_tail(double chi2, double k);

/* P(D > d) for the Kolmogorov-Smirnov distance of an empirical distribution function of n
 * samples from a continuous law (for grouped data an upper bound; Stephens 1970),
 *     Q_KS((sqrt n + .12 + .11/sqrt n) d),   Q_KS(l) = 2 Sum_j (-1)^(j-1) exp(-2 j^2
 *                                            l^2). */
double ks_tail(double d, double n);

/* Holm's (1979) step-down correction of p[n], n >= 1: adjusted[i] >= p[i] such that
 * rejecting where adjusted[i] <= a keeps the probability of any false rejection below a,
 * whatever the dependence. p and adjusted do not overlap. */
void holm_adjust(size_t n, const double *p, double *adjusted);
