/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/rate_panels.h"
#include "grids/grid.h"
#include "solver/time/panels.h"
#include <math.h>
#include <stdlib.h>

enum { POINTS = 64 };
static const double rounding = 1e-13; /* of a rate */
/* Drift and diffusion themselves at a few points, as values b[dims points], D[.. points]. */
struct look {
    size_t drifts, values; /* of b, and of both */
    double x[2][POINTS];
    double scale[2]; /* means of |b| and |D| over the run */
};

struct rate_panels {
    struct rate_source source;
    struct look look;
    double v, S; /* source.scale */
    struct panels *guide, *panels;
};

static void set_clock(const struct coefficients *c, double t) {
    if (c->set_time != NULL) c->set_time(c->clock, t);
}

/* ---------------------------------------------------------------- the rates */

static bool sample(void *self, double t, double *y, struct error *err) {
    const struct rate_panels *r = self;
    set_clock(r->source.coefficients, t);
    return r->source.sample(r->source.self, y, err);
}

/* Of the scale over the run: drift v = forward - backward and noise S = forward + backward: as
 * means over the pairs, and `each` times less at a single one. */
static double miss(const void *self, const double *y, const double *exact) {
    const struct rate_panels *r = self;
    const size_t n = r->source.pairs;
    const double tolerance = r->source.tolerance;
    double v = 0, S = 0, dv = 0, dS = 0, most = 0;
    for (size_t f = 0; f < n; f++) {
        v += fabs(exact[f] - exact[n + f]), S += exact[f] + exact[n + f];
        dv += fabs(y[f] - y[n + f] - exact[f] + exact[n + f]);
        dS += fabs(y[f] + y[n + f] - exact[f] - exact[n + f]);
    }
    v = fmax(v, (double)n * r->v), S = fmax(S, (double)n * r->S);
    if (S == 0) return dv + dS > 0 ? (double)INFINITY : 0;
    most = fmax(dv / (tolerance * v + rounding * S), dS / ((tolerance + rounding) * S));
    for (size_t f = 0; f < n; f++) {
        const double each = fabs(y[f] - exact[f]) + fabs(y[n + f] - exact[n + f]),
                     scale = fmax(exact[f] + exact[n + f], r->S) + v / (double)n;
        if (each > 0) most = fmax(most, each / (r->source.each * tolerance * scale));
    }
    return most;
}

/* ---------------------------------------------------------------- the look */

static bool look(void *self, double t, double *y, struct error *err) {
    const struct rate_panels *r = self;
    const struct coefficients *c = r->source.coefficients;
    const double *const x[2] = {r->look.x[0], r->look.x[1]};
    set_clock(c, t);
    return c->drift(c->self, POINTS, x, y, err) &&
           c->diffusion(c->self, POINTS, x, y + r->look.drifts, err);
}

static double look_miss(const void *self, const double *y, const double *exact) {
    const struct rate_panels *r = self;
    double most = 0;
    for (size_t k = 0; k < r->look.values; k++)
        if (y[k] != exact[k])
            most = fmax(most, fabs(y[k] - exact[k]) /
                                  (r->source.tolerance *
                                   (fabs(exact[k]) + r->look.scale[k >= r->look.drifts])));
    return most;
}

/* Means over the points and over the run. */
static bool find_scale(struct rate_panels *r, struct error *err) {
    struct look *l = &r->look;
    double y[5 * POINTS];
    for (int j = 0; j < PANELS_NODES; j++) {
        if (!look(r, r->source.span * (j + 0.5) / PANELS_NODES, y, err)) return false;
        for (size_t k = 0; k < l->values; k++) {
            const bool noise = k >= l->drifts;
            const size_t count = noise ? l->values - l->drifts : l->drifts;
            l->scale[noise] += fabs(y[k]) / (PANELS_NODES * (double)count);
        }
    }
    return true;
}

/* ---------------------------------------------------------------- making */

void rate_panels_destroy(struct rate_panels *r) {
    if (r == NULL) return;
    panels_destroy(r->panels);
    panels_destroy(r->guide);
    free(r);
}

size_t rate_panels_probes(const struct coefficients *c) {
    return PANELS_PROBES / (1 + c->terms / 8) + 256;
}

static bool make(struct rate_panels *r, struct error *err) {
    const double span = r->source.span;
    double scale[2];
    grid_some_centres(r->source.grid, POINTS,
                      (double *const[]){r->look.x[0], r->look.x[1]});
    if (!find_scale(r, err)) return false;
    r->source.scale(r->source.self, r->look.scale[0], r->look.scale[1], scale);
    r->v = scale[0], r->S = scale[1];
    const struct panels_source guide = {.n = r->look.values,
                                        .sample = look,
                                        .miss = look_miss,
                                        .probes =
                                            rate_panels_probes(r->source.coefficients),
                                        .self = r};
    if ((r->guide = panels_create(&guide, span, err)) == NULL) return false;
    const struct panels_source rates = {.n = 2 * r->source.pairs,
                                        .sample = sample,
                                        .miss = miss,
                                        .noise = r->source.kinks / r->source.tolerance,
                                        .steep = r->source.steep,
                                        .self = r,
                                        .guide = r->guide};
    return (r->panels = panels_create(&rates, span, err)) != NULL;
}

struct rate_panels *rate_panels_create(const struct rate_source *source,
                                       struct error *err) {
    struct rate_panels *r = array_create(1, sizeof *r, err);
    if (r == NULL) return NULL;
    const size_t dims = (size_t)source->coefficients->dims;
    r->source = *source;
    r->look.drifts = dims * POINTS, r->look.values = (dims == 1 ? 2 : 5) * POINTS;
    if (make(r, err)) return r;
    return rate_panels_destroy(r), NULL;
}

bool rate_panels_enter(struct rate_panels *r, double t, double *end, struct error *err) {
    return panels_enter(r->panels, t, end, err);
}

void rate_panels_value(const struct rate_panels *r, double t, double *y) {
    panels_value(r->panels, t, y);
    for (size_t i = 0; i < 2 * r->source.pairs; i++)
        y[i] = fmax(y[i], 0);
}

void rate_panels_slope(const struct rate_panels *r, double t, double *y) {
    panels_slope(r->panels, t, y);
}
