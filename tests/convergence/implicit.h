/* SPDX-License-Identifier: GPL-3.0-or-later
 * A slow, obvious integrator of dp/dt = A p for tests of the space error: implicit Euler
 * with 1, 2, ..., 6 substeps of each of `steps` steps, extrapolated to order 6
 * (Aitken-Neville). Solves (1 - dt A) x = p by elimination without pivoting (M-matrix); a
 * ring by the Sherman-Morrison formula. */
#pragma once

#include "solver/fv/line/generator.h"
#include <stdlib.h>
#include <string.h>

enum { IMPLICIT_ORDER = 6 };

/* x <- T^-1 x; T has sub-diagonal a, diagonal d, super-diagonal c; work[n]. */
static inline void implicit_sweep(size_t n, const double *a, const double *d,
                                  const double *c, double *x, double *work) {
    double pivot = d[0];
    for (size_t i = 1; i < n; i++) {
        work[i] = c[i - 1] / pivot;
        x[i - 1] /= pivot;
        pivot = d[i] - a[i] * work[i];
        x[i] -= a[i] * x[i - 1];
    }
    x[n - 1] /= pivot;
    for (size_t i = n - 1; i-- > 0;)
        x[i] -= work[i + 1] * x[i + 1];
}

static inline void implicit_euler(const struct line_generator *g, double dt, double *p,
                                  double *work) {
    const size_t n = g->cells;
    const double *h = g->grid->axis[0]->width;
    double *a = work, *d = work + n, *c = work + 2 * n, *u = work + 3 * n,
           *w = work + 4 * n;
    for (size_t i = 0; i < n; i++) {
        a[i] = -dt * g->left[i] / h[i], c[i] = -dt * g->right[i + 1] / h[i];
        d[i] = 1 + dt * (g->right[i] + g->left[i + 1]) / h[i];
    }
    if (!g->periodic) {
        implicit_sweep(n, a, d, c, p, w);
        return;
    }
    const double top = a[0], bottom = c[n - 1]; /* corners: T + (1,..,bottom)(1,..,top)^T */
    d[0] -= 1, d[n - 1] -= top * bottom;
    memset(u, 0, n * sizeof *u);
    u[0] = 1, u[n - 1] = bottom;
    implicit_sweep(n, a, d, c, p, w);
    implicit_sweep(n, a, d, c, u, w);
    const double s = (p[0] + top * p[n - 1]) / (1 + u[0] + top * u[n - 1]);
    for (size_t i = 0; i < n; i++)
        p[i] -= s * u[i];
}

static inline void implicit_advance(const struct line_generator *g, double t, int steps,
                                    double *p) {
    const size_t n = g->cells;
    double *work = malloc((5 + IMPLICIT_ORDER) * n * sizeof *work), *table = work + 5 * n;
    for (int step = 0; step < steps; step++) {
        for (int k = 0; k < IMPLICIT_ORDER; k++) {
            double *row = table + (size_t)k * n;
            memcpy(row, p, n * sizeof *p);
            for (int j = 0; j <= k; j++)
                implicit_euler(g, t / steps / (k + 1), row, work);
        }
        for (int m = 1; m < IMPLICIT_ORDER; m++) /* row k now has order m + 1 */
            for (int k = IMPLICIT_ORDER - 1; k >= m; k--) {
                double *row = table + (size_t)k * n;
                const double *coarser = row - n;
                const double ratio = (double)(k + 1) / (k + 1 - m);
                for (size_t i = 0; i < n; i++)
                    row[i] += (row[i] - coarser[i]) / (ratio - 1);
            }
        memcpy(p, table + (IMPLICIT_ORDER - 1) * n, n * sizeof *p);
    }
    free(work);
}
