/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A function y(t) of the time with n values, dear to sample, as polynomials on panels of time
 *     [j, j + 1] span / 2^level,     j = 0, 1, ...,   level = 0 .. PANELS_LEVELS.
 * Of those that t lies in, the longest is taken on which the polynomial through the samples at
 * the m zeros u_j of Chebyshev's T_m misses y by at most 1 at five further times: extremes of
 * T_m, the panel's ends among them. With u in [-1, 1] on the panel,
 *     y(u) = Sum_j l_j(u) y(u_j),   l_j(u) = (1/m) [ 1 + 2 Sum_{k=1}^{m-1} T_k(u_j) T_k(u) ].
 * Sums over the values that are 0 in every sample are 0 in y, to rounding. A jump of y is
 * shut into a panel of the last level, span 2^-PANELS_LEVELS long, whose polynomial is taken
 * as it is. Which panel is taken depends on t and y alone, not on what was asked before. See
 * docs/numerics.md 2.4.
 */
#pragma once

#include "io/status.h"

enum { PANELS_NODES = 16, PANELS_LEVELS = 34 };
/* Probes for functions that cost little to sample. */
enum { PANELS_PROBES = 16384 };

struct panels_source {
    size_t n;
    /* y[n] at time t */
    bool (*sample)(void *self, double t, double *y, struct error *err);
    /* How far y[n] is from exact[n], in units of what is allowed. */
    double (*miss)(const void *self, const double *y, const double *exact);
    /* A miss up to this is taken where a panel half as long misses by one `steep`th at least of
     * what the whole one did: y is no smoother than that. Smooth values fall by 2^PANELS_NODES,
     * a kink by 2, kinks of many values by 4. */
    double noise, steep;
    /* Further times at which the polynomial is held against y, over the span, evenly: a pulse
     * wider than span / probes is not missed. 0: none but the five. */
    size_t probes;
    void *self; /* borrowed */
    /* The same function at fewer places: where it is not smooth, y is not looked at. Or
     * NULL; borrowed. */
    struct panels *guide;
};

struct panels;

/* span > 0: the length of the longest panel. Fails for want of memory only. */
MUST_CHECK struct panels *panels_create(const struct panels_source *source, double span,
                                        struct error *err);
void panels_destroy(struct panels *panels);
/* Goes to the panel that begins at t >= 0 or holds it inside, and says where that ends: past
 * t by span 2^-44 at least. Fails as sample does, without memory, and where y is so rough that
 * too many panels are needed (ERROR_RUN). */
MUST_CHECK bool panels_enter(struct panels *panels, double t, double *end,
                             struct error *err);
/* y[n] and its derivative dy[n] by t from the polynomial of that panel. */
void panels_value(const struct panels *panels, double t, double *y);
void panels_slope(const struct panels *panels, double t, double *dy);
/* Is the present panel one of the last level, taken as it is? */
bool panels_shut(const struct panels *panels);
/* Samples taken so far. */
size_t panels_samples(const struct panels *panels);
