/* SPDX-License-Identifier: GPL-3.0-or-later
 * Generators made by hand for tests of the time steppers: Scharfetter-Gummel rates of a
 * drift b(x) and a constant D on given faces, from a potential's differences where there is
 * one. */
#pragma once
#include "grids/grid.h"
#include "solver/fv/line/generator.h"
#include <math.h>
#include <stdlib.h>

struct chain_case {
    const char *name;
    double (*drift)(double x);
    double D, lo, hi, sinh_scale; /* sinh_scale 0: uniform */
    enum boundary boundary;       /* both ends */
    double mean, sd;              /* p0: Gaussian at cell centres, normalised */
};

struct chain {
    struct axis axis;
    struct grid grid;
    struct line_generator generator;
    double *p0;
};

static inline double chain_bernoulli(double z) {
    return fabs(z) < 1e-8 ? 1 - z / 2 : z > 700 ? 0 : z / expm1(z);
}

static inline void chain_faces(struct chain *c, const struct chain_case *k, size_t n) {
    struct axis *a = &c->axis;
    *a = (struct axis){.cells = n, .boundary = {k->boundary, k->boundary}, .smooth = true};
    a->face = calloc(n + 1, sizeof(double));
    a->centre = calloc(n, sizeof(double));
    a->width = calloc(n, sizeof(double));
    for (size_t i = 0; i <= n; i++) {
        const double s = (double)i / (double)n, w = k->sinh_scale;
        const double middle = (k->lo + k->hi) / 2, half = (k->hi - k->lo) / 2;
        a->face[i] = w > 0 ? middle + w * sinh((2 * s - 1) * asinh(half / w))
                           : k->lo + s * (k->hi - k->lo);
    }
    for (size_t i = 0; i < n; i++) {
        a->centre[i] = (a->face[i] + a->face[i + 1]) / 2;
        a->width[i] = a->face[i + 1] - a->face[i];
    }
    c->grid = (struct grid){.dims = 1, .axis = {a, NULL}, .cells = n, .volume = a->width};
}

/* J = left p_L - right p_R at face f, distance h between the points it couples. */
static inline void chain_face(struct line_generator *g, size_t f, double b, double D,
                              double h) {
    const double Pe = D > 0 ? b * h / D : b * (double)INFINITY;
    g->left[f] = D > 0 ? D / h * chain_bernoulli(-Pe) : fmax(b, 0);
    g->right[f] = D > 0 ? D / h * chain_bernoulli(Pe) : fmax(-b, 0);
    g->drift[f] = b, g->diffusion[f] = D;
    if (fabs(Pe) > g->peclet) g->peclet = fabs(Pe);
}

static inline struct chain *chain_create(const struct chain_case *k, size_t n) {
    struct chain *c = calloc(1, sizeof *c);
    chain_faces(c, k, n);
    const struct axis *a = &c->axis;
    struct line_generator *g = &c->generator;
    *g = (struct line_generator){.grid = &c->grid,
                                 .cells = n,
                                 .periodic = k->boundary == PERIODIC,
                                 .absorbing = k->boundary == ABSORBING};
    double **arrays[] = {&g->left, &g->right, &g->log_ratio, &g->drift, &g->diffusion};
    for (size_t i = 0; i < 5; i++)
        *arrays[i] = calloc(n + 1, sizeof(double));
    for (size_t f = 1; f < n; f++)
        chain_face(g, f, k->drift(a->face[f]), k->D, a->centre[f] - a->centre[f - 1]);
    if (k->boundary != REFLECTING) {
        chain_face(g, 0, k->drift(k->lo), k->D, a->width[0]);
        chain_face(g, n, k->drift(k->hi), k->D, a->width[n - 1]);
        if (k->boundary == ABSORBING)
            g->left[0] = g->right[n] = 0;
        else
            g->left[n] = g->left[0], g->right[n] = g->right[0];
    }
    c->p0 = calloc(n, sizeof(double));
    double mass = 0;
    for (size_t i = 0; i < n; i++) {
        const double z = (a->centre[i] - k->mean) / k->sd;
        c->p0[i] = exp(-z * z / 2);
        mass += c->p0[i] * a->width[i];
    }
    for (size_t i = 0; i < n; i++)
        c->p0[i] /= mass;
    return c;
}

static inline void chain_destroy(struct chain *c) {
    struct line_generator *g = &c->generator;
    double *arrays[] = {g->left,        g->right,     g->log_ratio,  g->drift, g->diffusion,
                        c->axis.centre, c->axis.face, c->axis.width, c->p0};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    free(c);
}

static inline double drift_double_well(double x) {
    return -4 * x * (x * x - 1);
}
static inline double drift_linear(double x) {
    return -x;
}
static inline double drift_ring(double x) {
    return 0.7 + sin(x);
}
static inline double drift_none(double x) {
    return 0 * x;
}
/* docs/theory.md 4.3, per step at T = 0.02 */
static inline double drift_bostock(double x) {
    return -0.02 * 2 * (x - 2) * exp(-(x - 2) * (x - 2));
}
