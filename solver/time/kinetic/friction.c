/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/kinetic/friction.h"
#include "grids/quadrature.h"
#include "io/clones.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { REACH = 4, WIDTH = 2 * REACH + 1 };
static const double widest_stencil = 0.5, least_kernel = 2; /* s in cells */
static const double negligible = 1e-19;

struct friction *friction_create(size_t n, struct error *err) {
    struct friction *f = array_create(1, sizeof *f, err);
    if (f == NULL) return NULL;
    f->n = n;
    if ((f->K = array_create(n * n, sizeof(double), err)) &&
        (f->work = array_create(n * n, sizeof(double), err)) &&
        (f->first = array_create(n, sizeof(size_t), err)) &&
        (f->end = array_create(n, sizeof(size_t), err)))
        return f;
    friction_destroy(f);
    return NULL;
}

void friction_destroy(struct friction *f) {
    if (f == NULL) return;
    free(f->end), free(f->first), free(f->work), free(f->K);
    free(f);
}

static double centre(const struct friction *f, size_t j) {
    return (double)j + 0.5 - 0.5 * (double)f->n;
}

static void set_kernel(struct friction *f, double c, double s) {
    for (size_t j = 0; j < f->n; j++)
        for (size_t k = 0; k < f->n; k++) {
            const double z = (centre(f, j) - c * centre(f, k)) / s;
            f->K[j * f->n + k] = exp(-0.5 * z * z);
        }
}

/* w[REACH + m] = E l_m(mean + s xi), l_m Lagrange's polynomial of cell m. */
static void set_weights(double mean, double s, double w[WIDTH]) {
    for (int m = -REACH; m <= REACH; m++) {
        double sum = 0;
        for (int g = 0; g < 5; g++) {
            double basis = 1;
            for (int q = -REACH; q <= REACH; q++)
                if (q != m) basis *= (mean + s * hermite5_x[g] - q) / (m - q);
            sum += hermite5_w[g] * basis;
        }
        w[REACH + m] = sum;
    }
}

/* Cells beyond the ends hold nothing. */
static void set_stencils(struct friction *f, double c, double s) {
    const ptrdiff_t n = (ptrdiff_t)f->n;
    memset(f->K, 0, f->n * f->n * sizeof *f->K);
    for (ptrdiff_t j = 0; j < n; j++) {
        const double from = centre(f, (size_t)j) / c + 0.5 * (double)n - 0.5;
        const double nearest = fmin(fmax(round(from), -REACH - 1.), (double)(n + REACH));
        double w[WIDTH];
        if (fabs(from - nearest) > 0.5) continue; /* from beyond the ends */
        set_weights(from - nearest, s / c, w);
        for (ptrdiff_t m = -REACH; m <= REACH; m++) {
            const ptrdiff_t k = (ptrdiff_t)nearest + m;
            if (k >= 0 && k < n) f->K[j * n + k] = w[REACH + m] / c;
        }
    }
}

/* Drops what is negligible, and makes every column sum to 1. */
static void finish(struct friction *f) {
    const size_t n = f->n;
    for (size_t k = 0; k < n; k++) {
        double most = 0, sum = 0;
        for (size_t j = 0; j < n; j++)
            most = fmax(most, fabs(f->K[j * n + k]));
        for (size_t j = 0; j < n; j++) {
            double *entry = &f->K[j * n + k];
            if (fabs(*entry) < negligible * most) *entry = 0;
            sum += *entry;
        }
        for (size_t j = 0; j < n; j++)
            f->K[j * n + k] /= sum;
    }
    for (size_t j = 0; j < n; j++) {
        const double *row = f->K + j * n;
        f->first[j] = 0, f->end[j] = n;
        while (f->first[j] < n && row[f->first[j]] == 0)
            f->first[j]++;
        while (f->end[j] > f->first[j] && row[f->end[j] - 1] == 0)
            f->end[j]--;
    }
}

/* y += a x. */
BLOCK_LOOP static void add(size_t n, double a, const double *restrict x,
                           double *restrict y) {
    for (size_t i = 0; i < n; i++)
        y[i] += a * x[i];
}

/* K <- K K. */
static void square(struct friction *f) {
    const size_t n = f->n;
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < n; j++) {
        double *restrict row = f->work + j * n;
        memset(row, 0, n * sizeof *row);
        for (size_t k = f->first[j]; k < f->end[j]; k++) {
            const size_t from = f->first[k], columns = f->end[k] - from;
            add(columns, f->K[j * n + k], f->K + k * n + from, row + from);
        }
    }
    double *swap = f->K;
    f->K = f->work, f->work = swap;
    finish(f);
}

static double spread(double gamma, double theta, double h) {
    return sqrt(theta * -expm1(-2 * gamma * h));
}

void friction_set(struct friction *f, double dv, double gamma, double theta, double h) {
    int squarings = 0;
    if (spread(gamma, theta, h) >= least_kernel * dv) {
        set_kernel(f, exp(-gamma * h), spread(gamma, theta, h) / dv);
    } else {
        while (spread(gamma, theta, ldexp(h, -squarings)) > widest_stencil * dv)
            squarings++;
        const double part = ldexp(h, -squarings);
        set_stencils(f, exp(-gamma * part), spread(gamma, theta, part) / dv);
    }
    finish(f);
    for (int k = 0; k < squarings; k++)
        square(f);
}

void friction_apply(const struct friction *f, size_t columns, size_t from, size_t to,
                    const double *restrict p, double *restrict out) {
#pragma omp parallel for schedule(static) if (f->n * (to - from) > 4096)
    for (size_t j = 0; j < f->n; j++) {
        double *restrict row = out + j * columns + from;
        memset(row, 0, (to - from) * sizeof *row);
        for (size_t k = f->first[j]; k < f->end[j]; k++)
            add(to - from, f->K[j * f->n + k], p + k * columns + from, row);
    }
}
