/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/hyperbola.h"
#include <assert.h>
#include <math.h>

static const double pi = 3.14159265358979323846;
static const double nothing = 1e-18; /* of the mass: far below its rounding */

static double extent(double a, double ratio) {
    return acosh(((pi - 2 * a) * ratio + 4 * a - pi) / ((4 * a - pi) * sin(a)));
}

static double rate(double a, double ratio) {
    return (pi * pi - 2 * pi * a) / extent(a, ratio);
}

/* The a that maximises the rate. The maximum is single and flat: golden section to 1e-5 of
 * a finds the rate to 1e-10. */
static double best_angle(double ratio) {
    const double golden = 0.6180339887498949;
    double lo = pi / 4, hi = pi / 2;
    double a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
    double at_a = rate(a, ratio), at_b = rate(b, ratio);
    for (int i = 0; i < 24; i++) {
        if (at_a > at_b) {
            hi = b, b = a, at_b = at_a;
            a = hi - golden * (hi - lo), at_a = rate(a, ratio);
        } else {
            lo = a, a = b, at_a = at_b;
            b = lo + golden * (hi - lo), at_b = rate(b, ratio);
        }
    }
    return (lo + hi) / 2;
}

/* 1 / z_k, and by how much the sum of the weights amplifies rounding, but for e^{zt}. The sum
 * of the weights over z_k is formed in long double (hyperbola_weights): its rounding is the
 * same in every cell, so that it would not average out of the mass. */
static void inverses_set(struct hyperbola *c) {
    for (size_t k = 0; k < c->nodes; k++) {
        const long double x = c->z_re[k], y = c->z_im[k], norm = x * x + y * y;
        c->inverse_re[k] = x / norm, c->inverse_im[k] = -y / norm;
        c->amplified[k] = hypot(c->dz_re[k], c->dz_im[k]) / sqrt((double)norm);
    }
}

struct hyperbola hyperbola_make(size_t nodes, double ratio, double t1) {
    assert(nodes > 0 && nodes <= HYPERBOLA_NODES && ratio >= 1 && t1 > 0);
    const double a = best_angle(ratio), A = extent(a, ratio), h = A / (double)nodes;
    struct hyperbola c = {.nodes = nodes, .t1 = t1, .rate = rate(a, ratio)};
    const double mu = (4 * pi * a - pi * pi) / A * (double)nodes / t1;
    /* 1 - sin a cosh theta without cancellation: with |z t| up to 50, e^{zt} has 50 times
     * the relative error of z. */
    const double quarter = sin((pi / 2 - a) / 2), gap = 2 * quarter * quarter;
    for (size_t k = 0; k < nodes; k++) {
        const double theta = ((double)k + 0.5) * h, half = sinh(theta / 2);
        c.z_re[k] = mu * (gap - 2 * sin(a) * half * half);
        c.z_im[k] = mu * cos(a) * sinh(theta);
        c.dz_re[k] = -h / pi * mu * sin(a) * sinh(theta);
        c.dz_im[k] = h / pi * mu * cos(a) * cosh(theta);
    }
    inverses_set(&c);
    return c;
}

size_t hyperbola_nodes(double ratio, double tolerance, size_t most) {
    const double n = ceil(log(8 / tolerance) / rate(best_angle(ratio), ratio));
    return n < 4 ? 4 : n > (double)most ? most : (size_t)n;
}

double hyperbola_weights(const struct hyperbola *c, double t, bool stationary, double *re,
                         double *im) {
    long double sum = 0;
    double amplification = 0;
    for (size_t k = 0; k < c->nodes; k++) {
        const double size = exp(c->z_re[k] * t), angle = c->z_im[k] * t;
        const double u = size * cos(angle), v = size * sin(angle);
        /* Im(w x) = Im w Re x + Re w Im x, w = e^{zt} dz. */
        re[k] = u * c->dz_im[k] + v * c->dz_re[k];
        im[k] = u * c->dz_re[k] - v * c->dz_im[k];
        if (size * c->amplified[k] < nothing) re[k] = im[k] = 0;
        sum += re[k] * c->inverse_re[k] + im[k] * c->inverse_im[k];
        amplification += size * c->amplified[k];
    }
    const double scale = stationary ? (double)(1 / sum) : 1;
    for (size_t k = 0; k < c->nodes; k++)
        re[k] *= scale, im[k] *= scale;
    return amplification;
}
