/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary symmetric polynomials by a contour integral. */
#include "solver/transfer/contour.h"
#include "io/clones.h"
#include "solver/expr/vecmath.h"
#include <math.h>

enum { LANES = FREQUENCIES };

static const double negligible = -39.2; /* ln 1e-17 */

static double log_choose(double n, double k) {
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* ln of (1 + r)^n / (r^B (n choose B)). */
static double log_scale(double n, double B, double r) {
    return n * log1p(r) - B * log(r) - log_choose(n, B);
}

/* At most e^2 more than at the saddle point, for a series of fewer terms. */
static double radius(double n, double B) {
    const double saddle = B / (n - B), best = log_scale(n, B, saddle);
    double r = saddle;
    while (r > 0.5 && log_scale(n, B, 0.999 * r) < best + 2)
        r *= 0.999;
    return r;
}

/* The trapezoid rule adds the coefficients of z^(B +- Q), B +- 2 Q, ... */
static size_t nodes_for(double n, double B, double r) {
    const double here = log_choose(n, B) + B * log(r);
    double Q = 1;
    while (Q < CONTOUR_MOST &&
           ((B + Q <= n && log_choose(n, B + Q) + (B + Q) * log(r) - here > negligible) ||
            (B - Q >= 0 && log_choose(n, B - Q) + (B - Q) * log(r) - here > negligible)))
        Q++;
    return (size_t)Q;
}

/* What the series leaves out: n r^(M+1) / ((M+1) (1-r)). */
static size_t terms_for(double n, double r) {
    double M = 1;
    while (M < CONTOUR_MOST && log(n / ((M + 1) * (1 - r))) + (M + 1) * log(r) > negligible)
        M++;
    return (size_t)M;
}

struct contour contour_for(size_t n, size_t B) {
    const double N = (double)n, b = (double)B, r = radius(N, b);
    return (struct contour){.n = n,
                            .B = B,
                            .nodes = nodes_for(N, b, r),
                            .terms = terms_for(N, r),
                            .r = r,
                            .log_scale = log_scale(N, b, r)};
}

/* Horner's rule: Sum_m power[m - 1] e^{i m psi}. */
BLOCK_LOOP
static void contour_series(size_t terms, const double (*power)[2][LANES], double c,
                           double s, double *restrict re, double *restrict im) {
    for (size_t q = 0; q < LANES; q++)
        re[q] = im[q] = 0;
    for (size_t m = terms; m-- > 0;)
        for (size_t q = 0; q < LANES; q++) {
            const double x = re[q] + power[m][0][q], y = im[q] + power[m][1][q];
            re[q] = c * x - s * y;
            im[q] = c * y + s * x;
        }
}

/* sum += exp(re + i im - shift) e^{-i angle} */
BLOCK_LOOP
static void contour_add(double shift, double c, double s, const double *restrict re,
                        const double *restrict im, double *restrict sum_re,
                        double *restrict sum_im) {
    for (size_t q = 0; q < LANES; q++) {
        const double size = vm_exp(re[q] - shift);
        const double x = size * vm_cos(im[q]), y = size * vm_sin(im[q]);
        sum_re[q] += c * x + s * y;
        sum_im[q] += c * y - s * x;
    }
}

/* power[m - 1] = P_m -> (-1)^{m+1} r^m P_m / m */
static void prepare(const struct contour *k, double (*power)[2][LANES]) {
    double factor = -1;
    for (size_t m = 1; m <= k->terms; m++) {
        factor *= -k->r;
        for (size_t part = 0; part < 2; part++)
            for (size_t q = 0; q < LANES; q++)
                power[m - 1][part][q] *= factor / (double)m;
    }
}

void contour_block(const struct contour *k, double (*power)[2][LANES], double *phi) {
    double re[LANES], im[LANES], sum_re[LANES] = {0}, sum_im[LANES] = {0};
    const double shift = (double)k->n * log1p(k->r);
    prepare(k, power);
    for (size_t a = 0; a < k->nodes; a++) {
        const double Q = (double)k->nodes, psi = 2 * M_PI * (double)a / Q;
        const double turned = 2 * M_PI * (double)(a * k->B % k->nodes) / Q;
        contour_series(k->terms, (const double(*)[2][LANES])power, cos(psi), sin(psi), re,
                       im);
        contour_add(shift, cos(turned), sin(turned), re, im, sum_re, sum_im);
    }
    const double scale = exp(k->log_scale) / (double)k->nodes;
    for (size_t q = 0; q < LANES; q++) {
        phi[2 * q] = scale * sum_re[q];
        phi[2 * q + 1] = scale * sum_im[q];
    }
}
