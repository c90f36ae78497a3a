/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A function y(t) of the time with n values, dear to sample, as polynomials on pieces of time.
 * Of the pieces
 *     [j, j + 1] span / 2^level,     j = 0, 1, ...,   level = 0 .. PIECES_LEVELS
 * that t lies in the longest is taken on which the polynomial through the samples at the m
 * zeros u_j of Chebyshev's T_m misses y by at most 1 at five further times, extremes of T_m, its ends among them. With
 * u in [-1, 1] on the piece,
 *     y(u) = Sum_j l_j(u) y(u_j),   l_j(u) = (1/m) [ 1 + 2 Sum_{k=1}^{m-1} T_k(u_j) T_k(u) ].
 * Sums over the values that are 0 in every sample are 0 in y, to rounding. A jump of y is
 * shut into a piece of the last level, span 2^-PIECES_LEVELS long, whose polynomial is taken
 * as it is. Which piece is taken depends on t and y alone, not on what was asked before. */
#pragma once

#include "io/status.h"

enum { PIECES_NODES = 16, PIECES_LEVELS = 34 };

struct pieces_source {
    size_t n;
    /* y[n] at time t */
    bool (*sample)(void *self, double t, double *y, struct error *err);
    /* How far y[n] is from exact[n], in units of what is allowed. */
    double (*miss)(const void *self, const double *y, const double *exact);
    /* Up to so much is taken where half as long a piece misses by a quarter at least of what the
     * whole one did: y is no smoother than that. */
    double noise;
    void *self; /* borrowed */
    /* The same function at fewer places: where it is not smooth, y is not looked at. Or
     * NULL; borrowed. */
    struct pieces *guide;
};

struct pieces;

/* span > 0: the length of the longest piece. Fails for want of memory only. */
MUST_CHECK struct pieces *pieces_create(const struct pieces_source *source, double span,
                                        struct error *err);
void pieces_destroy(struct pieces *pieces);
/* Goes to the piece that begins at t >= 0 or holds it inside, and says where that ends: past
 * t by span 2^-44 at least. Fails as sample does, without memory, and where y is so rough that
 * too many pieces are needed (ERROR_RUN). */
MUST_CHECK bool pieces_enter(struct pieces *pieces, double t, double *end,
                             struct error *err);
/* y[n] and its derivative dy[n] by t from the polynomial of that piece. */
void pieces_value(const struct pieces *pieces, double t, double *y);
void pieces_slope(const struct pieces *pieces, double t, double *dy);
/* Samples taken so far. */
size_t pieces_samples(const struct pieces *pieces);
