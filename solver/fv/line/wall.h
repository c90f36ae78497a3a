/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The end of an interval at which the noise vanishes. At the distance t from it
 *     D ~ t^m,   beta = t b / D,   p_st = D^(alpha-1) exp(Integral beta / t dt):
 * a power p_st ~ t^s, s = (alpha-1) m + lim beta (Fuchs), or, where beta grows without
 * bound, exp(-+c / t^k). The exponents are found from D and b at t = h 2^-k, by
 * extrapolation to t = 0. With M = Integral p_st and S = Integral 1/(D p_st) from the wall
 * they give Feller's classes (Karlin & Taylor, A Second Course in Stochastic Processes,
 * 1981, 15.6; docs/theory.md 7; how they are found: docs/numerics.md 1.4):
 *     regular    M, S finite             reached, and left again where it reflects
 *     exit       S, Integral S dM finite reached, never left
 *     entrance   M, Integral M dS finite never reached
 *     natural    neither integral        never reached. */
#pragma once

#include "solver/model/coefficients.h"

enum feller { FELLER_REGULAR, FELLER_EXIT, FELLER_ENTRANCE, FELLER_NATURAL };

struct line_wall {
    bool vanishes;  /* D = 0 at the wall; the numbers below but depth are meant for that */
    bool near;      /* D > 0 there, below a quarter of D half a cell away: a graded rule */
    double m, s;    /* s = +-inf: p_st falls (rises) faster than any power */
    double offset;  /* near: D ~ t + offset, p_st ~ (t + offset)^s; else 0 */
    double depth;   /* below this distance the power law holds (near: D hardly changes) */
    double curve;   /* there, t d/dt (ln p_st - s ln t) ... */
    double D_curve; /* ... and t d/dt (ln D - m ln t) */
    double beta;    /* there, t b / D, b counted away from the wall */
    /* There, M / (p_st t), S D p_st / t and Integral S dM D / t^2; 0 where infinite. */
    double M_tail, S_tail, SM_tail;
    double D;                /* there */
    bool M_finite, S_finite; /* the integrals from the wall to depth */
    enum feller class;
};

/* The wall at x, the interval on the side +-1 of it, with cells of width h. A wall where D
 * follows no power of t, or cannot be evaluated, counts as neither vanishing nor near.
 * Fails only without memory. */
MUST_CHECK bool line_wall_find(const struct coefficients *coefficients, double x, int side,
                               double h, struct line_wall *out, struct error *err);

/* "entrance", ... */
const char *feller_name(enum feller class);
