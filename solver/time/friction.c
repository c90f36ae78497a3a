/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/friction.h"
#include "io/clones.h"
#include "solver/fv/bernoulli.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double least_spread = 1.2; /* cells; aliases e^{-2 pi^2 s^2} = 4e-13 */
static const double negligible = 1e-19;

struct friction *friction_create(size_t n, struct error *err) {
    struct friction *f = array_create(1, sizeof *f, err);
    if (f == NULL) return NULL;
    f->n = n;
    if ((f->K = array_create(n * n, sizeof(double), err)) &&
        (f->first = array_create(n, sizeof(size_t), err)) &&
        (f->end = array_create(n, sizeof(size_t), err)))
        return f;
    friction_destroy(f);
    return NULL;
}

void friction_destroy(struct friction *f) {
    if (f == NULL) return;
    free(f->end), free(f->first), free(f->K);
    free(f);
}

static double centre(const struct friction *f, double dv, size_t j) {
    return ((double)j + 0.5 - 0.5 * (double)f->n) * dv;
}

static void set_kernel(struct friction *f, double dv, double c, double s) {
    for (size_t j = 0; j < f->n; j++)
        for (size_t k = 0; k < f->n; k++) {
            const double z = (centre(f, dv, j) - c * centre(f, dv, k)) / s;
            f->K[j * f->n + k] = exp(-0.5 * z * z);
        }
}

/* Columns 0 .. n-1 of e^{hA} = Sum_m e^-q q^m / m! (1 + hA/q)^m, q = h times the fastest
 * rate. */
static bool set_chain(struct friction *f, double dv, double D, double theta, double h,
                      struct error *err) {
    const size_t n = f->n;
    double *work = array_create(4 * n, sizeof *work, err);
    if (work == NULL) return false;
    double *const up = work, *const down = up + n, *const x = down + n, *const y = x + n;
    double fastest = 0;
    for (size_t j = 0; j + 1 < n; j++) {
        const double a = centre(f, dv, j), b = centre(f, dv, j + 1);
        const double Pe = (a * a - b * b) / (2 * theta), rate = D / (dv * dv);
        up[j] = rate * bernoulli(-Pe), down[j + 1] = rate * bernoulli(Pe);
    }
    for (size_t j = 0; j < n; j++)
        fastest = fmax(fastest, up[j] + down[j]);
    const double q = h * fastest;
    for (size_t k = 0; k < n; k++) {
        double weight = exp(-q);
        memset(x, 0, n * sizeof *x);
        x[k] = 1;
        for (int m = 1; m < 60 + (int)(4 * q); m++) {
            for (size_t j = 0; j < n; j++)
                f->K[j * n + k] += weight * x[j];
            for (size_t j = 0; j < n; j++) {
                y[j] = x[j] * (1 - (up[j] + down[j]) / fastest);
                if (j > 0) y[j] += x[j - 1] * up[j - 1] / fastest;
                if (j + 1 < n) y[j] += x[j + 1] * down[j + 1] / fastest;
            }
            memcpy(x, y, n * sizeof *x);
            weight *= q / m;
        }
    }
    free(work);
    return true;
}

/* Drops what is negligible, and makes every column sum to 1. */
static void finish(struct friction *f) {
    const size_t n = f->n;
    for (size_t k = 0; k < n; k++) {
        double most = 0, sum = 0;
        for (size_t j = 0; j < n; j++)
            most = fmax(most, f->K[j * n + k]);
        for (size_t j = 0; j < n; j++) {
            double *entry = &f->K[j * n + k];
            if (*entry < negligible * most) *entry = 0;
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

static double spread(double gamma, double theta, double h) {
    return sqrt(theta * -expm1(-2 * gamma * h));
}

bool friction_resolved(double dv, double gamma, double theta, double h) {
    return spread(gamma, theta, h) >= least_spread * dv;
}

bool friction_set(struct friction *f, double dv, double gamma, double theta, double h,
                  bool kernel, struct error *err) {
    memset(f->K, 0, f->n * f->n * sizeof *f->K);
    if (gamma == 0)
        for (size_t j = 0; j < f->n; j++)
            f->K[j * f->n + j] = 1;
    else if (kernel)
        set_kernel(f, dv, exp(-gamma * h), spread(gamma, theta, h));
    else if (!set_chain(f, dv, gamma * theta, theta, h, err))
        return false;
    finish(f);
    return true;
}

/* y += a x. */
BLOCK_LOOP static void add(size_t n, double a, const double *restrict x,
                           double *restrict y) {
    for (size_t i = 0; i < n; i++)
        y[i] += a * x[i];
}

void friction_apply(const struct friction *f, size_t columns, const double *restrict p,
                    double *restrict out) {
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < f->n; j++) {
        double *restrict row = out + j * columns;
        memset(row, 0, columns * sizeof *row);
        for (size_t k = f->first[j]; k < f->end[j]; k++)
            add(columns, f->K[j * f->n + k], p + k * columns, row);
    }
}
