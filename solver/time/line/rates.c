/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/rates.h"
#include <math.h>

struct tridiagonal *rates_create(const struct line_generator *g, struct error *err) {
    struct tridiagonal *A = tridiagonal_create(g->cells, g->periodic, err);
    if (A == NULL) return NULL;
    rates_fill(g, A);
    if (g->sinks.reset != NULL && !tridiagonal_return(A, g->sinks.reset, g->sinks.to, err))
        return tridiagonal_destroy(A), NULL;
    return A;
}

void rates_fill(const struct line_generator *g, struct tridiagonal *A) {
    const size_t n = g->cells;
    const double *width = g->grid->axis[0]->width;
    for (size_t i = 0; i < n; i++) {
        A->up[i] = g->left[i + 1] / width[i];
        A->down[i] = g->right[i] / width[i];
        A->loss[i] = g->sinks.killing != NULL ? g->sinks.killing[i] : 0;
    }
    if (g->periodic) return;
    A->loss[n - 1] += A->up[n - 1];
    A->loss[0] += A->down[0];
    A->up[n - 1] = A->down[0] = 0;
}

void rates_masses(const struct line_generator *g, const double *p, double *m) {
    const double *width = g->grid->axis[0]->width;
    for (size_t i = 0; i < g->cells; i++)
        m[i] = width[i] * p[i];
}

void rates_densities(const struct line_generator *g, const double *m, double *p) {
    const double *width = g->grid->axis[0]->width;
    for (size_t i = 0; i < g->cells; i++)
        p[i] = m[i] / width[i];
}

/* Neumaier's compensated addition. */
static void add(double sum[2], double x) {
    const double t = sum[0] + x;
    sum[1] += fabs(sum[0]) >= fabs(x) ? (sum[0] - t) + x : (x - t) + sum[0];
    sum[0] = t;
}

double rates_l1(size_t n, const double *m, const double *q) {
    double sum[2] = {0, 0};
    for (size_t i = 0; i < n; i++)
        add(sum, fabs(q == NULL ? m[i] : m[i] - q[i]));
    return sum[0] + sum[1];
}

double rates_sum(size_t n, const double *m) {
    double sum[2] = {0, 0};
    for (size_t i = 0; i < n; i++)
        add(sum, m[i]);
    return sum[0] + sum[1];
}

double rates_negative(size_t n, const double *m) {
    double sum[2] = {0, 0};
    for (size_t i = 0; i < n; i++)
        add(sum, m[i] < 0 ? -m[i] : 0);
    return sum[0] + sum[1];
}
