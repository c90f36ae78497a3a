/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 2-D models with known answers, and grids, for tests and the bench. */
#pragma once

#include "grids/field.h"
#include "grids/grid.h"
#include "solver/model/coefficients.h"
#include <math.h>
#include <stdlib.h>

/* ---- grids ---- */
struct side2 {
    enum spacing spacing;
    size_t cells;
    double lo, hi, scale; /* scale: of sinh spacing about the middle */
    enum boundary lower, upper;
};

static inline struct grid *grid2_of(struct side2 x, struct side2 y) {
    struct error err;
    struct axis *axis[2];
    for (int d = 0; d < 2; d++) {
        const struct side2 s = d == 0 ? x : y;
        const struct axis_spec spec = {.spacing = s.spacing,
                                       .cells = s.cells,
                                       .lo = s.lo,
                                       .hi = s.hi,
                                       .about = 0.5 * (s.lo + s.hi),
                                       .scale = s.scale,
                                       .ratio = 1,
                                       .multiple = 1,
                                       .boundary = {s.lower, s.upper}};
        axis[d] = axis_create(&spec, &err);
        if (axis[d] == NULL) abort();
    }
    struct grid *grid = grid_create(axis[0], axis[1], &err);
    if (grid == NULL) abort();
    return grid;
}

static inline struct grid *square_grid(size_t cells, double half) {
    const struct side2 s = {SPACING_UNIFORM, cells, -half, half, 1, REFLECTING, REFLECTING};
    return grid2_of(s, s);
}

/* ---- cell averages ---- */
typedef double (*density2)(const void *context, double x, double y);

/* 4 x 4 Gauss points a cell. */
static inline void cell_averages(const struct grid *grid, density2 f, const void *context,
                                 double *p) {
    static const double node[4] = {-0.43056815579702629, -0.16999052179242813,
                                   0.16999052179242813, 0.43056815579702629};
    static const double weight[4] = {0.17392742256872693, 0.32607257743127307,
                                     0.32607257743127307, 0.17392742256872693};
    const size_t nx = grid->axis[0]->cells;
    for (size_t k = 0; k < grid->cells; k++) {
        const size_t i = k % nx, j = k / nx;
        p[k] = 0;
        for (int q = 0; q < 16; q++)
            p[k] +=
                weight[q % 4] * weight[q / 4] *
                f(context, grid->axis[0]->centre[i] + node[q % 4] * grid->axis[0]->width[i],
                  grid->axis[1]->centre[j] + node[q / 4] * grid->axis[1]->width[j]);
    }
}

struct normal2 {
    double mean[2], xx, xy, yy;
};

static inline double normal2_density(const void *context, double x, double y) {
    const struct normal2 *n = context;
    const double u = x - n->mean[0], v = y - n->mean[1];
    const double det = n->xx * n->yy - n->xy * n->xy;
    return exp(-0.5 * (n->yy * u * u - 2 * n->xy * u * v + n->xx * v * v) / det) /
           (2 * M_PI * sqrt(det));
}

/* ---- linear drift -H x, constant D: Ornstein-Uhlenbeck ---- */
struct linear2 {
    double H[4]; /* row by row */
    double D[3]; /* xx, xy, yy */
};

static inline bool linear2_drift(const void *self, size_t n, const double *const *x,
                                 double *b, struct error *err) {
    (void)err;
    const struct linear2 *m = self;
    for (size_t k = 0; k < n; k++) {
        b[k] = -(m->H[0] * x[0][k] + m->H[1] * x[1][k]);
        b[n + k] = -(m->H[2] * x[0][k] + m->H[3] * x[1][k]);
    }
    return true;
}
static inline bool linear2_diffusion(const void *self, size_t n, const double *const *x,
                                     double *D, struct error *err) {
    (void)err, (void)x;
    const struct linear2 *m = self;
    for (size_t k = 0; k < n; k++)
        D[k] = m->D[0], D[n + k] = m->D[1], D[2 * n + k] = m->D[2];
    return true;
}
static inline bool no_gradient2(const void *self, size_t n, const double *const *x,
                                double *dD, struct error *err) {
    (void)err, (void)x, (void)self;
    for (size_t k = 0; k < 6 * n; k++)
        dD[k] = 0;
    return true;
}
static inline struct coefficients linear2_model(const struct linear2 *m) {
    return (struct coefficients){.dims = 2,
                                 .constant_diffusion = true,
                                 .smooth = true,
                                 .self = m,
                                 .drift = linear2_drift,
                                 .diffusion = linear2_diffusion,
                                 .diffusion_gradient = no_gradient2};
}

/* Law at t of the linear model from a normal law, by RK4 on the moment equations
 * m' = -H m, X' = -(H X + X H^T) + 2 D with steps of 1e-3 (error 1e-13). */
static inline struct normal2 linear2_law(const struct linear2 *m, struct normal2 law,
                                         double t) {
    const int steps = (int)ceil(t / 1e-3) + 1;
    const double h = t / steps, *H = m->H;
    for (int s = 0; s < steps; s++) {
        double y[5] = {law.mean[0], law.mean[1], law.xx, law.xy, law.yy}, sum[5], z[5];
        for (int q = 0; q < 5; q++)
            z[q] = y[q], sum[q] = 0;
        for (int stage = 0; stage < 4; stage++) {
            const double k[5] = {-(H[0] * z[0] + H[1] * z[1]), -(H[2] * z[0] + H[3] * z[1]),
                                 -2 * (H[0] * z[2] + H[1] * z[3]) + 2 * m->D[0],
                                 -(H[0] * z[3] + H[1] * z[4]) -
                                     (H[2] * z[2] + H[3] * z[3]) + 2 * m->D[1],
                                 -2 * (H[2] * z[3] + H[3] * z[4]) + 2 * m->D[2]};
            const double next[4] = {0.5, 0.5, 1, 0}, part[4] = {1, 2, 2, 1};
            for (int q = 0; q < 5; q++) {
                sum[q] += part[stage] * k[q] / 6;
                z[q] = y[q] + next[stage] * h * k[q];
            }
        }
        law = (struct normal2){{y[0] + h * sum[0], y[1] + h * sum[1]},
                               y[2] + h * sum[2],
                               y[3] + h * sum[3],
                               y[4] + h * sum[4]};
    }
    return law;
}

/* ---- double well L = (x^2 - 1)^2 + 2 (y - x/2)^2, constant isotropic D ---- */
struct well2 {
    double D;
};
static inline bool well2_potential(const void *self, size_t n, const double *const *x,
                                   double *phi, struct error *err) {
    (void)err;
    const double D = ((const struct well2 *)self)->D;
    for (size_t k = 0; k < n; k++) {
        const double u = x[0][k] * x[0][k] - 1, v = x[1][k] - 0.5 * x[0][k];
        phi[k] = (u * u + 2 * v * v) / D;
    }
    return true;
}
static inline bool well2_drift(const void *self, size_t n, const double *const *x,
                               double *b, struct error *err) {
    (void)err, (void)self;
    for (size_t k = 0; k < n; k++) {
        const double u = x[0][k] * x[0][k] - 1, v = x[1][k] - 0.5 * x[0][k];
        b[k] = -(4 * x[0][k] * u - 2 * v), b[n + k] = -4 * v;
    }
    return true;
}
static inline bool well2_diffusion(const void *self, size_t n, const double *const *x,
                                   double *D, struct error *err) {
    (void)err, (void)x;
    for (size_t k = 0; k < n; k++)
        D[k] = D[2 * n + k] = ((const struct well2 *)self)->D, D[n + k] = 0;
    return true;
}
static inline struct coefficients well2_model(const struct well2 *m) {
    return (struct coefficients){.dims = 2,
                                 .constant_diffusion = true,
                                 .smooth = true,
                                 .self = m,
                                 .drift = well2_drift,
                                 .diffusion = well2_diffusion,
                                 .diffusion_gradient = no_gradient2,
                                 .potential = well2_potential};
}

/* ---- Ito power law D = c (1 + x x^T), b = -x: J = 0 for p ~ (1 + r^2)^-(1/(2c) + 3/2)
 * ---- D^-1 = (1 - x x^T / (1 + r^2)) / c and d_j D_ij = 3 c x_i in two dimensions. */
struct power2 {
    double c;
};
static inline bool power2_drift(const void *self, size_t n, const double *const *x,
                                double *b, struct error *err) {
    (void)self, (void)err;
    for (size_t k = 0; k < n; k++)
        b[k] = -x[0][k], b[n + k] = -x[1][k];
    return true;
}
static inline bool power2_diffusion(const void *self, size_t n, const double *const *x,
                                    double *D, struct error *err) {
    (void)err;
    const double c = ((const struct power2 *)self)->c;
    for (size_t k = 0; k < n; k++) {
        D[k] = c * (1 + x[0][k] * x[0][k]);
        D[n + k] = c * x[0][k] * x[1][k];
        D[2 * n + k] = c * (1 + x[1][k] * x[1][k]);
    }
    return true;
}
static inline bool power2_gradient(const void *self, size_t n, const double *const *x,
                                   double *dD, struct error *err) {
    (void)err;
    const double c = ((const struct power2 *)self)->c;
    for (size_t k = 0; k < n; k++) {
        dD[k] = 2 * c * x[0][k], dD[n + k] = c * x[1][k], dD[2 * n + k] = 0;
        dD[3 * n + k] = 0, dD[4 * n + k] = c * x[0][k], dD[5 * n + k] = 2 * c * x[1][k];
    }
    return true;
}
static inline struct coefficients power2_model(const struct power2 *m) {
    return (struct coefficients){.dims = 2,
                                 .smooth = true,
                                 .self = m,
                                 .drift = power2_drift,
                                 .diffusion = power2_diffusion,
                                 .diffusion_gradient = power2_gradient};
}

/* ---- isotropic power law D = c (1 + r^2), b = -x: p ~ (1 + r^2)^-(1/(2c) + 1 - alpha)
 * ----
 */
static inline bool round2_diffusion(const void *self, size_t n, const double *const *x,
                                    double *D, struct error *err) {
    (void)err;
    const double c = ((const struct power2 *)self)->c;
    for (size_t k = 0; k < n; k++)
        D[k] = D[2 * n + k] = c * (1 + x[0][k] * x[0][k] + x[1][k] * x[1][k]), D[n + k] = 0;
    return true;
}
static inline bool round2_gradient(const void *self, size_t n, const double *const *x,
                                   double *dD, struct error *err) {
    (void)err;
    const double c = ((const struct power2 *)self)->c;
    for (size_t k = 0; k < n; k++) {
        dD[k] = dD[2 * n + k] = 2 * c * x[0][k], dD[n + k] = 0;
        dD[3 * n + k] = dD[5 * n + k] = 2 * c * x[1][k], dD[4 * n + k] = 0;
    }
    return true;
}
static inline struct coefficients round2_model(const struct power2 *m, double alpha) {
    return (struct coefficients){.dims = 2,
                                 .alpha = alpha,
                                 .smooth = true,
                                 .self = m,
                                 .drift = power2_drift,
                                 .diffusion = round2_diffusion,
                                 .diffusion_gradient = round2_gradient};
}

/* A D of eigenvalues big and big * ratio, the first at an angle to x, with a drift that
 * winds inwards (its current does not vanish). */
static inline struct linear2 winding2(double big, double ratio, double angle) {
    const double c = cos(angle), s = sin(angle), small = big * ratio;
    return (struct linear2){
        {1, 0.5, -0.5, 1},
        {big * c * c + small * s * s, (big - small) * c * s, big * s * s + small * c * c}};
}
