/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/diffusion.h"
#include "solver/linalg/resolvents.h"
#include "solver/time/line/hyperbola.h"
#include "solver/time/line/rates.h"
#include <stdlib.h>
#include <string.h>

enum { NODES = 14 };

struct diffusion {
    struct coefficients coefficients;
    struct line_generator *generator;
    struct tridiagonal *A;
    struct resolvents *resolvents;
    double h; /* that the shifts belong to */
    double re[NODES][RESOLVENT_COLUMNS], im[NODES][RESOLVENT_COLUMNS]; /* one column */
    double *sum;                                                       /* [cells] */
};

static bool no_drift(const void *self, size_t n, const double *const *x, double *b,
                     struct error *err) {
    (void)self, (void)x, (void)err;
    memset(b, 0, n * sizeof *b);
    return true;
}

static bool same_diffusion(const void *self, size_t n, const double *const *x, double *D,
                           struct error *err) {
    const struct coefficients *model = self;
    return model->diffusion(model->self, n, x, D, err);
}

static bool same_gradient(const void *self, size_t n, const double *const *x, double *dD,
                          struct error *err) {
    const struct coefficients *model = self;
    return model->diffusion_gradient(model->self, n, x, dD, err);
}

struct diffusion *diffusion_create(const struct grid *grid,
                                   const struct coefficients *model, struct error *err) {
    struct diffusion *d = array_create(1, sizeof *d, err);
    if (d == NULL) return NULL;
    d->coefficients = *model;
    d->coefficients.self = model;
    d->coefficients.drift = no_drift;
    d->coefficients.diffusion = same_diffusion;
    d->coefficients.diffusion_gradient = same_gradient;
    d->coefficients.potential = NULL;
    d->generator = line_generator_create(grid, &d->coefficients, err);
    if (d->generator) d->A = rates_create(d->generator, err);
    if (d->A) d->resolvents = resolvents_create(d->A, err);
    if (d->resolvents) d->sum = array_create(grid->cells, sizeof *d->sum, err);
    if (d->sum == NULL) return diffusion_destroy(d), NULL;
    return d;
}

void diffusion_destroy(struct diffusion *d) {
    if (d == NULL) return;
    free(d->sum);
    resolvents_destroy(d->resolvents);
    tridiagonal_destroy(d->A);
    line_generator_destroy(d->generator);
    free(d);
}

static bool shifts_set(struct diffusion *d, double h, struct error *err) {
    const struct hyperbola rule = hyperbola_make(NODES, 1, h);
    double re[NODES], im[NODES];
    hyperbola_weights(&rule, h, !d->generator->absorbing, re, im);
    for (size_t k = 0; k < NODES; k++)
        d->re[k][0] = re[k], d->im[k][0] = im[k];
    d->h = h;
    return resolvents_set(d->resolvents, NODES, rule.z_re, rule.z_im, err);
}

bool diffusion_step(struct diffusion *d, double h, double *m, struct error *err) {
    if (h != d->h && !shifts_set(d, h, err)) return false;
    resolvents_sum(d->resolvents, m, NODES, 1, d->re[0], d->im[0], NULL, d->sum, NULL);
    memcpy(m, d->sum, d->A->n * sizeof *m);
    return true;
}
