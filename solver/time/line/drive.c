/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/drive.h"
#include "solver/linalg/tridiagonal.h"
#include "solver/time/line/rates.h"
#include "solver/time/rate_panels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rates of finite volumes jump in time by some 1e-8 of themselves where a zero of the drift
 * passes, or where cells become wide for the noise: by what their quadrature errs. Jumps of the
 * model are found by the look at it. */
static const double quadrature = 1e-5;

struct drive {
    const struct coefficients *coefficients; /* borrowed */
    struct line_generator *generator;        /* that samples are taken of */
    size_t faces;
    struct rate_panels *rates;     /* pairs: left, right of the faces */
    double *value;                 /* [2 faces] left, right, or their derivatives */
    double at;                     /* the time of A */
    struct line_generator now;     /* its left and right are `value` */
    double *killing;               /* [cells] borrowed; NULL: none */
    struct tridiagonal *A, *slope; /* A(t), A'(t) */
    struct tridiagonal *factored;  /* the chain that the factors are of */
    struct tridiagonal_factors *factors;
    double h;                   /* of the factors */
    struct tridiagonal *tilted; /* A - g; NULL until it is asked for */
    struct tridiagonal_factors *tilted_factors;
};

/* ---------------------------------------------------------------- sampling */

static bool sample(void *self, double *y, struct error *err) {
    struct drive *d = self;
    const size_t bytes = d->faces * sizeof *y;
    if (!line_generator_update(d->generator, d->coefficients, err)) return false;
    memcpy(y, d->generator->left, bytes);
    memcpy(y + d->faces, d->generator->right, bytes);
    return true;
}

/* left - right ~ b, left + right ~ 2 D / width. */
static void scale(const void *self, double b, double D, double out[2]) {
    const struct grid *grid = ((const struct drive *)self)->generator->grid;
    out[0] = b, out[1] = 0;
    for (size_t i = 0; i < grid->cells; i++)
        out[1] += 2 * D / grid->axis[0]->width[i] / (double)grid->cells;
}

/* ---------------------------------------------------------------- the chain at a time */

static bool drive_enter(void *self, double t, double *end, struct error *err) {
    struct drive *d = self;
    d->at = (double)NAN;
    return rate_panels_enter(d->rates, t, end, err);
}

/* The rates in d->value, with killing or, where they are derivatives, without. */
static void fill(struct drive *d, double *killing, struct tridiagonal *A) {
    d->now.left = d->value, d->now.right = d->value + d->faces;
    d->now.sinks.killing = killing;
    rates_fill(&d->now, A);
}

/* The chain A of time t. */
static void set_time(struct drive *d, double t) {
    if (d->at == t) return;
    rate_panels_value(d->rates, t, d->value);
    fill(d, d->killing, d->A);
    d->at = t;
}

static void drive_apply(void *self, double t, const double *m, double *rate) {
    struct drive *d = self;
    set_time(d, t);
    tridiagonal_apply(d->A, m, rate);
}

static void drive_slope(void *self, double t, const double *m, double *rate) {
    struct drive *d = self;
    rate_panels_slope(d->rates, t, d->value);
    fill(d, NULL, d->slope);
    tridiagonal_apply(d->slope, m, rate);
}

static bool drive_factor(void *self, double t, double h, struct error *err) {
    struct drive *d = self;
    (void)err;
    set_time(d, t);
    tridiagonal_copy(d->A, d->factored);
    tridiagonal_factor(d->factors, h);
    d->h = h;
    return true;
}

static void drive_solve(void *self, int k, const double *b, double *x) {
    const struct drive *d = self;
    tridiagonal_solve(k == 0 ? d->factors : d->tilted_factors, b, x);
}

static bool drive_tilt(void *self, const double *g, struct error *err) {
    struct drive *d = self;
    const size_t n = d->now.cells;
    if (d->tilted == NULL &&
        ((d->tilted = tridiagonal_create(n, d->now.periodic, err)) == NULL ||
         (d->tilted_factors = tridiagonal_factors_create(d->tilted, err)) == NULL))
        return false;
    tridiagonal_copy(d->factored, d->tilted);
    for (size_t i = 0; i < n; i++)
        d->tilted->loss[i] += g[i];
    tridiagonal_factor(d->tilted_factors, d->h);
    return true;
}

static const struct stepper_drive drive_members = {.enter = drive_enter,
                                                   .apply = drive_apply,
                                                   .slope = drive_slope,
                                                   .factor = drive_factor};

/* ---------------------------------------------------------------- making */

static void drive_destroy(void *self) {
    struct drive *d = self;
    if (d == NULL) return;
    tridiagonal_factors_destroy(d->tilted_factors);
    tridiagonal_destroy(d->tilted);
    tridiagonal_factors_destroy(d->factors);
    tridiagonal_destroy(d->factored);
    tridiagonal_destroy(d->slope);
    tridiagonal_destroy(d->A);
    free(d->value);
    rate_panels_destroy(d->rates);
    line_generator_destroy(d->generator);
    free(d);
}

static bool make_chains(struct drive *d, const struct line_generator *g,
                        struct error *err) {
    const size_t n = g->cells, values = 2 * d->faces;
    d->now = (struct line_generator){
        .grid = g->grid, .cells = n, .periodic = g->grid->axis[0]->boundary[0] == PERIODIC};
    return (d->value = array_create(values, sizeof *d->value, err)) != NULL &&
           (d->A = tridiagonal_create(n, d->now.periodic, err)) != NULL &&
           (d->slope = tridiagonal_create(n, d->now.periodic, err)) != NULL &&
           (d->factored = tridiagonal_create(n, d->now.periodic, err)) != NULL &&
           (d->factors = tridiagonal_factors_create(d->factored, err)) != NULL;
}

static struct drive *drive_create(const struct line_generator *g,
                                  const struct coefficients *c,
                                  const struct propagator_options *o, struct error *err) {
    struct drive *d = array_create(1, sizeof *d, err);
    if (d == NULL) return NULL;
    d->coefficients = c, d->faces = g->cells + 1, d->at = (double)NAN;
    d->killing = g->sinks.killing;
    const struct rate_source source = {.pairs = d->faces,
                                       .sample = sample,
                                       .scale = scale,
                                       .self = d,
                                       .coefficients = c,
                                       .grid = g->grid,
                                       .tolerance = fmax(1e-12, o->tolerance / 50),
                                       .each = 1e3,
                                       .kinks = quadrature,
                                       .steep = 4,
                                       .span = o->span > 0 ? o->span : 1};
    if ((d->generator = line_generator_allocate(g->grid, err)) != NULL &&
        make_chains(d, g, err) && (d->rates = rate_panels_create(&source, err)) != NULL)
        return d;
    return drive_destroy(d), NULL;
}

bool line_drive_chain(const struct line_generator *g, const struct coefficients *c,
                      const struct propagator_options *o, struct work_chain *out,
                      struct error *err) {
    *out = (struct work_chain){
        g->cells,      g->grid->volume,           &drive_members, drive_solve, drive_tilt,
        drive_destroy, drive_create(g, c, o, err)};
    return out->self != NULL;
}
