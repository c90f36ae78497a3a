/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/eigenblock.h"
#include <math.h>
#include <stdlib.h>

bool eigenblock_take(const struct arnoldi *basis, const struct eigenpairs *p, size_t n,
                     int count, struct eigenblock *out, struct error *err) {
    const int m = basis->m;
    out->count = count;
    if (!(out->v = array_create((size_t)count, sizeof *out->v, err))) return false;
    for (int k = 0; k < count; k++) {
        if (!(out->v[k] = array_create(n, sizeof **out->v, err))) return false;
        const bool second = p->im[k] < 0;
        arnoldi_combine(basis, m, second ? p->y_im + (k - 1) * m : p->y_re + k * m,
                        out->v[k]);
        out->re[k] = p->re[k], out->im[k] = p->im[k];
        out->residual[k] = p->residual[k] / hypot(p->re[k], p->im[k]);
    }
    return true;
}

void eigenblock_finish(struct eigenblock *b) {
    for (int k = 0; b->v != NULL && k < b->count; k++)
        free(b->v[k]);
    free(b->v);
}

void eigenblock_match(struct eigenblock *L, struct eigenblock *R) {
    for (int k = 0; k < L->count; k++) {
        int best = -1;
        double least = 1e-6 * hypot(L->re[k], L->im[k]);
        for (int j = k; j < R->count; j++) {
            const double far = hypot(R->re[j] - L->re[k], R->im[j] - L->im[k]);
            if (far < least) least = far, best = j;
        }
        if (best < 0) {
            for (int j = k; j < L->count; j++)
                free(L->v[j]);
            L->count = L->im[k] < 0 ? k - 1 : k;
            if (L->im[k] < 0) free(L->v[k - 1]);
            return;
        }
        double *v = R->v[best];
        const double re = R->re[best], im = R->im[best];
        for (int j = best; j > k; j--)
            R->v[j] = R->v[j - 1], R->re[j] = R->re[j - 1], R->im[j] = R->im[j - 1];
        R->v[k] = v, R->re[k] = re, R->im[k] = im;
    }
}

void eigenvector_divide(size_t n, double *a, double *b, double re, double im) {
    const double size = re * re + im * im;
    for (size_t i = 0; i < n; i++) {
        const double x = a[i], y = b ? b[i] : 0;
        a[i] = (x * re + y * im) / size;
        if (b) b[i] = (y * re - x * im) / size;
    }
}

void eigenvector_normalise(size_t n, double *a, double *b) {
    double most = 0, sum = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const double size = hypot(a[i], b ? b[i] : 0);
        sum += size * size;
        if (size > most * (1 + 1e-9)) most = size, at = i;
    }
    const double norm = sqrt(sum) / most;
    eigenvector_divide(n, a, b, a[at] * norm, b ? b[at] * norm : 0);
}
