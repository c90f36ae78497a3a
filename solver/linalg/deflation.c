/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/deflation.h"
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

bool deflation_init(struct deflation *d, size_t n, size_t room, struct error *err) {
    *d = (struct deflation){.n = n, .room = room};
    return (d->left = array_create(room, sizeof *d->left, err)) &&
           (d->right = array_create(room, sizeof *d->right, err));
}

void deflation_finish(struct deflation *d) {
    for (size_t k = 0; k < d->count; k++) {
        if (d->right[k] != d->left[k]) free(d->right[k]);
        free(d->left[k]);
    }
    free(d->right), free(d->left);
    *d = (struct deflation){0};
}

double deflation_dot(size_t n, const double *x, const double *y) {
    double part[8] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t q = 0; q < 8; q++)
            part[q] += x[i + q] * y[i + q];
    for (; i < n; i++)
        sum += x[i] * y[i];
    for (size_t q = 0; q < 8; q++)
        sum += part[q];
    return sum;
}

/* y += c x */
static void add(size_t n, double c, const double *x, double *y) {
    for (size_t i = 0; i < n; i++)
        y[i] += c * x[i];
}

void deflation_apply(const struct deflation *d, bool like_left, double *x) {
    for (size_t k = 0; k < d->count; k++) {
        const double *v = like_left ? d->left[k] : d->right[k];
        const double *dual = like_left ? d->right[k] : d->left[k];
        add(d->n, -deflation_dot(d->n, dual, x), v, x);
    }
}

static void orthonormalise(const struct deflation *d, int count, double **v) {
    for (int k = 0; k < count; k++) {
        for (int pass = 0; pass < 2; pass++) {
            deflation_apply(d, true, v[k]);
            for (int j = 0; j < k; j++)
                add(d->n, -deflation_dot(d->n, v[j], v[k]), v[j], v[k]);
        }
        const double norm = sqrt(deflation_dot(d->n, v[k], v[k]));
        for (size_t i = 0; i < d->n; i++)
            v[k][i] /= norm;
    }
}

/* R <- R G^-1, row by row; inverse[q][q] by columns, row[q] is work. */
static void multiply(size_t n, int q, double **R, const double *inverse, double *row) {
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < q; k++) {
            row[k] = 0;
            for (int j = 0; j < q; j++)
                row[k] += R[j][i] * inverse[k * q + j];
        }
        for (int k = 0; k < q; k++)
            R[k][i] = row[k];
    }
}

static bool biorthonormalise(const struct deflation *d, int q, double **L, double **R,
                             struct error *err) {
    int *pivot = array_create((size_t)q, sizeof *pivot, err);
    double *G = pivot ? array_create((size_t)(2 * q * q + q), sizeof *G, err) : NULL;
    if (G == NULL) return free(pivot), false;
    double *inverse = G + q * q, *row = inverse + q * q;
    for (int k = 0; k < q; k++) {
        deflation_apply(d, true, L[k]);
        deflation_apply(d, false, R[k]);
        inverse[k * q + k] = 1;
    }
    for (int k = 0; k < q * q; k++) /* by columns */
        G[k] = deflation_dot(d->n, L[k % q], R[k / q]);
    const bool good =
        LAPACKE_dgesv(LAPACK_COL_MAJOR, q, q, G, q, pivot, inverse, q) == 0 ||
        fail(
            err, ERROR_RUN,
            "left and right vectors of equal eigenvalues do not pair: there is no full set "
            "of them");
    if (good) multiply(d->n, q, R, inverse, row);
    free(G), free(pivot);
    return good;
}

bool deflation_add(struct deflation *d, int count, double **left, double **right,
                   struct error *err) {
    if (right == NULL)
        orthonormalise(d, count, left);
    else if (!biorthonormalise(d, count, left, right, err))
        return false;
    for (int k = 0; k < count; k++, d->count++) {
        d->left[d->count] = left[k], left[k] = NULL;
        d->right[d->count] = right ? right[k] : d->left[d->count];
        if (right) right[k] = NULL;
    }
    return true;
}
