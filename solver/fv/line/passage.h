/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exact mean first-passage time of a 1-D diffusion by quadrature, straight from the
 * coefficients and independent of any grid (docs/theory.md 6.2; Gardiner, Handbook of
 * Stochastic Methods, 5.2.7). With
 *     p_st = D^(alpha-1) e^psi,   psi = Integral b/D dx,
 *     m = p_st                                the speed density,
 *     s = 1 / (D p_st),  S(a, b) = Int_a^b s  the scale,
 * the mean time from the point x is
 *   both ends absorb
 *     tau = P_lower Int_lo^x S(lo, z) m(z) dz + P_upper Int_x^hi S(z, hi) m(z) dz,
 *     P_upper = S(lo, x) / S(lo, hi) = 1 - P_lower,
 *   lo reflects, hi absorbs (or the mirror image)
 *     tau = S(x, hi) Int_lo^x m(z) dz + Int_x^hi S(z, hi) m(z) dz.
 * Composite Gauss-Legendre, 8 points a panel, inner integrals by collocation on the same
 * points; panels are halved until the answer stands. All sums are kept as logarithms: psi
 * may span +-1e5. At an end where D vanishes panels halve towards it down to where m and s
 * are powers, and these are added in closed form (line/wall.h). */
#pragma once

#include "solver/model/coefficients.h"

struct line_passage {
    double lo, hi;
    bool absorbs[2];  /* lower, upper end; the other one reflects */
    size_t breaks;    /* points where a coefficient jumps or has a kink, any order ... */
    const double *at; /* ... panels end there */
    double tolerance; /* wanted relative error of tau, such as 1e-10 */
    const struct monitor *monitor; /* told the part of the most panels; may be NULL */
};

struct line_passage_time {
    double log_time, time;       /* ln tau, tau */
    double error;                /* relative: what the last halving changed */
    double log_lower, log_upper; /* ln of the probability to leave through each end */
    size_t panels;
};

/* The mean over starts x[n], ascending in [lo, hi], with weights[n] >= 0, not normalised:
 * sum weight tau, and of the probabilities likewise. Fails as line_passage_integrate. */
MUST_CHECK bool line_passage_average(const struct coefficients *coefficients,
                                     const struct line_passage *passage, size_t n,
                                     const double *x, const double *weight,
                                     struct line_passage_time *out, struct error *err);
/* tau and the exit probabilities from x in [lo, hi]; x on an absorbing end gives 0. Fails
 *   ERROR_SETTINGS  no end that can be reached absorbs, or x lies outside;
 *   ERROR_RUN       a coefficient is not finite; D vanishes inside; mass stays for ever at
 *                   a wall where D vanishes; or 2^17 panels do not meet the tolerance (the
 *                   sentence tells what was reached);
 *   ERROR_INTERRUPTED  the monitor said stop. */
MUST_CHECK bool line_passage_integrate(const struct coefficients *coefficients,
                                       const struct line_passage *passage, double x,
                                       struct line_passage_time *out, struct error *err);
