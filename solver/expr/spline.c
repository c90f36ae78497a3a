/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/expr/spline.h"
#include "solver/expr/slopes.h"
#include <math.h>
#include <stdlib.h>

/* Bernstein coefficients of all derivatives on one interval: of degree 3, 2, 1, 0. */
struct interval {
    double c[4], c1[3], c2[2], c3;
};

struct spline {
    struct knots knots;
    struct interval *interval; /* [n - 1] */
    bool limited;              /* a slope was changed */
    double y[2], slope[2];     /* at the two ends */
};

/* ---------------------------------------------------------------- creating */

/* Slopes that no interval of values >= 0 undershoots with. Returns whether one changed. */
static bool limit(struct slopes *s, const double *y) {
    const size_t last = s->n - 1;
    bool changed = false;
    for (size_t i = 0; i <= last; i++) {
        const bool before = i > 0 || s->periodic, after = i < last || s->periodic;
        const double most = 3 * y[i] / s->h[i > 0 ? i - 1 : last - 1];
        const double least = -3 * y[i] / s->h[i < last ? i : 0];
        const double given = s->d[i];
        if (before && s->d[i] > most) s->d[i] = most;
        if (after && s->d[i] < least) s->d[i] = least;
        changed |= s->d[i] != given;
    }
    return changed;
}

static bool check_values(size_t n, const double *y, struct spline_options options,
                         struct error *err) {
    for (size_t i = 0; options.positive && i < n; i++)
        if (y[i] < 0)
            return fail(err, ERROR_SETTINGS,
                        "row %zu: the value %g is negative, which contradicts 'positive'",
                        i + 1, y[i]);
    if (options.periodic && !knots_closed(n, 1, y))
        return fail(err, ERROR_SETTINGS,
                    "the last value, %.17g, is not the first, %.17g, which contradicts "
                    "'periodic': the last row closes the period",
                    y[n - 1], y[0]);
    return true;
}

/* Differences: derivative of sum b_j B_j of degree m is m/h times that of b_{j+1} - b_j. */
static struct interval interval_of(double y0, double y1, double d0, double d1, double delta,
                                   double h) {
    const double inner = 3 * delta - d0 - d1;
    const double c2[2] = {2 / h * (inner - d0), 2 / h * (d1 - inner)};
    return (struct interval){{y0, y0 + h * d0 / 3, y1 - h * d1 / 3, y1},
                             {d0, inner, d1},
                             {c2[0], c2[1]},
                             (c2[1] - c2[0]) / h};
}

/* Limited slopes touch 0 in exact arithmetic; rounding may go below. */
static void lift(struct interval *p) {
    for (int k = 0; k < 4; k++)
        if (p->c[k] < 0) p->c[k] = 0;
}

static bool build(struct spline *s, const double *y, bool positive, struct error *err) {
    const size_t n = s->knots.n;
    struct slopes slopes;
    bool good = slopes_start(&slopes, n, s->knots.x, s->knots.periodic, err);
    if (good) {
        slopes_solve(&slopes, y, 1);
        s->limited = positive && limit(&slopes, y);
    }
    for (size_t i = 0; good && i + 1 < n; i++) {
        s->interval[i] = interval_of(y[i], y[i + 1], slopes.d[i], slopes.d[i + 1],
                                     slopes.delta[i], slopes.h[i]);
        if (positive) lift(&s->interval[i]);
        good = isfinite(s->interval[i].c3) ||
               fail(err, ERROR_SETTINGS,
                    "rows %zu and %zu are too close for their values: the third derivative "
                    "between them overflows",
                    i + 1, i + 2);
    }
    if (good) {
        s->y[0] = y[0], s->y[1] = y[n - 1];
        s->slope[0] = slopes.d[0], s->slope[1] = slopes.d[n - 1];
    }
    slopes_finish(&slopes);
    return good;
}

struct spline *spline_create(size_t n, const double *x, const double *y,
                             struct spline_options options, struct error *err) {
    struct spline *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    if (knots_init(&s->knots, n, x, options.periodic, options.outside, err) &&
        check_values(n, y, options, err) &&
        (s->interval = array_create(n - 1, sizeof *s->interval, err)) != NULL &&
        build(s, y, options.positive, err))
        return s;
    return spline_destroy(s), NULL;
}

void spline_destroy(struct spline *s) {
    if (s == NULL) return;
    knots_finish(&s->knots);
    free(s->interval);
    free(s);
}

/* ---------------------------------------------------------------- values */

static double inside(const struct spline *s, int order, const struct place *at) {
    const struct interval *p = &s->interval[at->i];
    const double t = at->t, u = at->u;
    switch (order) {
    case 0:
        return (p->c[0] * u + 3 * p->c[1] * t) * u * u +
               (3 * p->c[2] * u + p->c[3] * t) * t * t;
    case 1:
        return p->c1[0] * u * u + 2 * p->c1[1] * u * t + p->c1[2] * t * t;
    case 2:
        return p->c2[0] * u + p->c2[1] * t;
    default:
        return p->c3;
    }
}

/* At a signed distance from an end, the first or the last. */
static double beyond(const struct spline *s, int order, double distance) {
    const int end = distance > 0;
    const double slope = s->knots.outside == OUTSIDE_LINEAR ? s->slope[end] : 0;
    return order == 0 ? s->y[end] + slope * distance : order == 1 ? slope : 0;
}

void spline_values(const struct spline *s, int order, size_t n, double *d,
                   const double *x) {
    for (size_t i = 0; i < n; i++) {
        const struct place at = knots_place(&s->knots, x[i]);
        d[i] = at.beyond == 0     ? inside(s, order, &at)
               : isnan(at.beyond) ? at.beyond
                                  : beyond(s, order, at.beyond);
    }
}

const struct knots *spline_knots(const struct spline *s) {
    return &s->knots;
}

bool spline_jumps(const struct spline *s, int order) {
    return order > knots_smoothness(&s->knots, !s->limited);
}
