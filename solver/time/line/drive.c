/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/drive.h"
#include "solver/linalg/tridiagonal.h"
#include "solver/time/line/rates.h"
#include "solver/time/line/rosenbrock.h"
#include "solver/time/panels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GUIDE_POINTS = 64 };
static const double rounding = 1e-13; /* of a rate */
/* Rates of finite volumes jump in time by some 1e-8 of themselves where a zero of the drift
 * passes, or where cells become wide for the noise: by what their quadrature errs. Jumps of the
 * model are found by the look at it. */
static const double quadrature = 1e-5;

/* The generator at one time after the other, as values left[faces], right[faces]. */
struct sampler {
    const struct coefficients *coefficients; /* borrowed */
    struct line_generator *generator;
    double tolerance; /* of drift and diffusion between cells, of their scale */
    double v, S;      /* that scale: left - right, left + right as means over the run */
    size_t faces;
};

/* Drift and diffusion themselves at a few points, as values b[points], D[points]. */
struct look {
    const struct coefficients *coefficients; /* borrowed */
    double tolerance, x[GUIDE_POINTS];
    double scale[2]; /* means of |b| and D over the run */
};

struct drive {
    struct sampler sampler;
    struct look look;
    struct panels *guide, *panels;
    double *value;                 /* [2 faces] left, right, or their derivatives */
    double at;                     /* the time of A */
    struct line_generator now;     /* its left and right are `value` */
    struct tridiagonal *A, *slope; /* A(t), A'(t) */
    struct tridiagonal *factored;  /* the chain that the factors are of */
    struct tridiagonal_factors *factors;
};

/* ---------------------------------------------------------------- sampling */

static void set_clock(const struct coefficients *c, double t) {
    if (c->set_time != NULL) c->set_time(c->clock, t);
}

static bool sample(void *self, double t, double *y, struct error *err) {
    const struct sampler *s = self;
    const size_t bytes = s->faces * sizeof *y;
    set_clock(s->coefficients, t);
    if (!line_generator_update(s->generator, s->coefficients, err)) return false;
    memcpy(y, s->generator->left, bytes);
    memcpy(y + s->faces, s->generator->right, bytes);
    return true;
}

/* Of the scale over the run: drift v = left - right and noise S = left + right: as means over the faces, and a thousand
 * times less at each. */
static double miss(const void *self, const double *y, const double *exact) {
    const struct sampler *s = self;
    const size_t n = s->faces;
    double v = 0, S = 0, dv = 0, dS = 0, most = 0;
    for (size_t f = 0; f < n; f++) {
        v += fabs(exact[f] - exact[n + f]), S += exact[f] + exact[n + f];
        dv += fabs(y[f] - y[n + f] - exact[f] + exact[n + f]);
        dS += fabs(y[f] + y[n + f] - exact[f] - exact[n + f]);
    }
    v = fmax(v, (double)n * s->v), S = fmax(S, (double)n * s->S);
    if (S == 0) return dv + dS > 0 ? (double)INFINITY : 0;
    most =
        fmax(dv / (s->tolerance * v + rounding * S), dS / ((s->tolerance + rounding) * S));
    for (size_t f = 0; f < n; f++) {
        const double each = fabs(y[f] - exact[f]) + fabs(y[n + f] - exact[n + f]),
                     scale = fmax(exact[f] + exact[n + f], s->S) + v / (double)n;
        if (each > 0) most = fmax(most, each / (1e3 * s->tolerance * scale));
    }
    return most;
}

static bool look(void *self, double t, double *y, struct error *err) {
    const struct look *s = self;
    const struct coefficients *c = s->coefficients;
    const double *const x[1] = {s->x};
    set_clock(c, t);
    return c->drift(c->self, GUIDE_POINTS, x, y, err) &&
           c->diffusion(c->self, GUIDE_POINTS, x, y + GUIDE_POINTS, err);
}

static double look_miss(const void *self, const double *y, const double *exact) {
    const struct look *s = self;
    double most = 0;
    for (size_t k = 0; k < 2 * GUIDE_POINTS; k++)
        if (y[k] != exact[k])
            most = fmax(most,
                        fabs(y[k] - exact[k]) /
                            (s->tolerance * (fabs(exact[k]) + s->scale[k / GUIDE_POINTS])));
    return most;
}

/* ---------------------------------------------------------------- the chain at a time */

static bool drive_enter(void *self, double t, double *end, struct error *err) {
    struct drive *d = self;
    d->at = (double)NAN;
    return panels_enter(d->panels, t, end, err);
}

/* The chain A of time t. What the polynomial misses below 0 is cut. */
static void set_time(struct drive *d, double t) {
    const size_t faces = d->sampler.faces;
    if (d->at == t) return;
    panels_value(d->panels, t, d->value);
    for (size_t i = 0; i < 2 * faces; i++)
        d->value[i] = fmax(d->value[i], 0);
    d->now.left = d->value, d->now.right = d->value + faces;
    rates_fill(&d->now, d->A);
    d->at = t;
}

static void drive_apply(void *self, double t, const double *m, double *rate) {
    struct drive *d = self;
    set_time(d, t);
    tridiagonal_apply(d->A, m, rate);
}

static void drive_slope(void *self, double t, const double *m, double *rate) {
    struct drive *d = self;
    panels_slope(d->panels, t, d->value);
    d->now.left = d->value, d->now.right = d->value + d->sampler.faces;
    rates_fill(&d->now, d->slope);
    tridiagonal_apply(d->slope, m, rate);
}

static bool drive_factor(void *self, double t, double h, struct error *err) {
    struct drive *d = self;
    (void)err;
    set_time(d, t);
    tridiagonal_copy(d->A, d->factored);
    tridiagonal_factor(d->factors, h);
    return true;
}

void drive_solve(void *self, int k, const double *b, double *x) {
    (void)k;
    tridiagonal_solve(((struct drive *)self)->factors, b, x);
}

const struct stepper_drive drive_members = {drive_enter, drive_apply, drive_slope,
                                            drive_factor};

const struct tridiagonal *drive_factored(const struct drive *d) {
    return d->factored;
}

/* ---------------------------------------------------------------- making */

void drive_destroy(void *self) {
    struct drive *d = self;
    if (d == NULL) return;
    tridiagonal_factors_destroy(d->factors);
    tridiagonal_destroy(d->factored);
    tridiagonal_destroy(d->slope);
    tridiagonal_destroy(d->A);
    free(d->value);
    panels_destroy(d->panels);
    panels_destroy(d->guide);
    line_generator_destroy(d->sampler.generator);
    free(d);
}

size_t drive_probes(const struct coefficients *c) {
    return PANELS_PROBES / (1 + c->terms / 8) + 256;
}

/* Means over the points and over the run. */
static bool find_scale(struct look *s, double span, struct error *err) {
    double y[2 * GUIDE_POINTS];
    for (int j = 0; j < PANELS_NODES; j++) {
        if (!look(s, span * (j + 0.5) / PANELS_NODES, y, err)) return false;
        for (size_t k = 0; k < 2 * GUIDE_POINTS; k++)
            s->scale[k / GUIDE_POINTS] += fabs(y[k]) / (PANELS_NODES * GUIDE_POINTS);
    }
    return true;
}

/* Points in the middle of cells, from end to end. */
static bool make_guide(struct drive *d, const struct grid *grid, double span,
                       struct error *err) {
    const struct panels_source source = {.n = 2 * GUIDE_POINTS,
                                         .sample = look,
                                         .miss = look_miss,
                                         .probes = PANELS_PROBES /
                                                   (1 + d->sampler.coefficients->terms / 8),
                                         .self = &d->look};
    d->look = (struct look){.coefficients = d->sampler.coefficients,
                            .tolerance = d->sampler.tolerance};
    for (size_t k = 0; k < GUIDE_POINTS; k++)
        d->look.x[k] = grid->axis[0]->centre[k * grid->cells / GUIDE_POINTS];
    if (!find_scale(&d->look, span, err)) return false;
    d->sampler.v = d->look.scale[0];
    for (size_t i = 0; i < grid->cells; i++)
        d->sampler.S +=
            2 * d->look.scale[1] / grid->axis[0]->width[i] / (double)grid->cells;
    return (d->guide = panels_create(&source, span, err)) != NULL;
}

static bool make_chains(struct drive *d, const struct line_generator *g,
                        struct error *err) {
    const size_t n = g->cells, values = 2 * d->sampler.faces;
    d->now = (struct line_generator){
        .grid = g->grid, .cells = n, .periodic = g->grid->axis[0]->boundary[0] == PERIODIC};
    return (d->value = array_create(values, sizeof *d->value, err)) != NULL &&
           (d->A = tridiagonal_create(n, d->now.periodic, err)) != NULL &&
           (d->slope = tridiagonal_create(n, d->now.periodic, err)) != NULL &&
           (d->factored = tridiagonal_create(n, d->now.periodic, err)) != NULL &&
           (d->factors = tridiagonal_factors_create(d->factored, err)) != NULL;
}

struct drive *drive_create(const struct line_generator *g, const struct coefficients *c,
                           const struct propagator_options *o, struct error *err) {
    struct drive *d = array_create(1, sizeof *d, err);
    if (d == NULL) return NULL;
    const double tolerance = fmax(1e-12, o->tolerance / 50),
                 span = o->span > 0 ? o->span : 1;
    d->at = (double)NAN;
    d->sampler =
        (struct sampler){.coefficients = c, .tolerance = tolerance, .faces = g->cells + 1};
    const bool good =
        (d->sampler.generator = line_generator_allocate(g->grid, err)) != NULL &&
        make_guide(d, g->grid, span, err) && make_chains(d, g, err);
    const struct panels_source source = {.n = 2 * d->sampler.faces,
                                         .sample = sample,
                                         .miss = miss,
                                         .noise = quadrature / tolerance,
                                         .self = &d->sampler,
                                         .guide = d->guide};
    if (good && (d->panels = panels_create(&source, span, err)) != NULL) return d;
    return drive_destroy(d), NULL;
}

struct propagator *line_drive_propagator(const void *problem,
                                         const struct coefficients *coefficients,
                                         const struct propagator_options *options,
                                         struct error *err) {
    const struct line_generator *g = problem;
    struct drive *d = drive_create(g, coefficients, options, err);
    if (d == NULL) return NULL;
    const struct stepper_system system = {.n = g->cells,
                                          .volume = g->grid->axis[0]->width,
                                          .keep = 1,
                                          .solve = drive_solve,
                                          .destroy = drive_destroy,
                                          .self = d,
                                          .drive = &drive_members};
    return stepper_create(&rosenbrock_rule, &system, options, err);
}
