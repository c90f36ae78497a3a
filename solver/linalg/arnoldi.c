/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/arnoldi.h"
#include "io/clones.h"
#include "solver/linalg/dot.h"
#include <math.h>
#include <stdlib.h>

enum { BLOCK = 512 }; /* of all vectors: stays in the cache */

static size_t block_end(size_t n, size_t b) {
    const size_t end = (b + 1) * BLOCK;
    return end < n ? end : n;
}

struct arnoldi *arnoldi_create(size_t n, int most, struct error *err) {
    struct arnoldi *a = array_create(1, sizeof *a, err);
    if (a == NULL) return NULL;
    const size_t rows = (size_t)most + 1, blocks = (n + BLOCK - 1) / BLOCK;
    a->n = n, a->most = most;
    a->v = array_create(rows, sizeof *a->v, err);
    a->H = a->v ? array_create(rows * (size_t)most, sizeof *a->H, err) : NULL;
    a->partial = a->H ? array_create(blocks * rows, sizeof *a->partial, err) : NULL;
    a->coefficient = a->partial ? array_create(rows, sizeof *a->coefficient, err) : NULL;
    if (a->coefficient == NULL) return arnoldi_destroy(a), NULL;
    return a;
}

void arnoldi_destroy(struct arnoldi *a) {
    if (a == NULL) return;
    for (int k = 0; a->v != NULL && k <= a->most; k++)
        free(a->v[k]);
    free(a->v);
    free(a->H);
    free(a->partial);
    free(a->coefficient);
    free(a);
}

static bool provide_vector(struct arnoldi *a, int k, struct error *err) {
    if (a->v[k] == NULL) a->v[k] = array_create(a->n, sizeof **a->v, err);
    return a->v[k] != NULL;
}

BLOCK_LOOP
static void arnoldi_products(struct arnoldi *a, int m, size_t b, const double *w) {
    const size_t from = b * BLOCK, to = block_end(a->n, b);
    double *product = a->partial + b * ((size_t)a->most + 1);
    for (int k = 0; k < m; k++)
        product[k] = dot(to - from, a->v[k] + from, w + from);
}

static double norm2(struct arnoldi *a, const double *w) {
    const double squares = dot(a->n, w, w);
    if (squares > 1e-200 && squares < 1e200) return sqrt(squares);
    double largest = 0, sum = 0;
    for (size_t i = 0; i < a->n; i++)
        largest = fmax(largest, fabs(w[i]));
    if (!(largest > 0) || !isfinite(largest)) return largest;
    for (size_t i = 0; i < a->n; i++)
        sum += w[i] / largest * (w[i] / largest);
    return largest * sqrt(sum);
}

BLOCK_LOOP
static void arnoldi_add(const struct arnoldi *a, int m, const double *c, double sign,
                        size_t b, double *w) {
    for (int k = 0; k < m; k++) {
        const double *v = a->v[k], factor = sign * c[k];
        for (size_t i = b * BLOCK; i < block_end(a->n, b); i++)
            w[i] += factor * v[i];
    }
}

static void add_combination(const struct arnoldi *a, int m, const double *c, double sign,
                            double *w) {
    const size_t blocks = (a->n + BLOCK - 1) / BLOCK;
#pragma omp parallel for schedule(static) if (blocks > 16)
    for (size_t b = 0; b < blocks; b++)
        arnoldi_add(a, m, c, sign, b, w);
}

/* coefficient[k] = v[k] . w for k < m, after w -= Sum coefficient[k] v[k] with the old ones
 * when `subtract`: each part of the basis is read once for both. */
static void project(struct arnoldi *a, int m, bool subtract, double *w) {
    const size_t blocks = (a->n + BLOCK - 1) / BLOCK;
#pragma omp parallel for schedule(static) if (blocks > 16)
    for (size_t b = 0; b < blocks; b++) {
        if (subtract) arnoldi_add(a, m, a->coefficient, -1, b, w);
        arnoldi_products(a, m, b, w);
    }
    for (int k = 0; k < m; k++) {
        a->coefficient[k] = 0;
        for (size_t b = 0; b < blocks; b++)
            a->coefficient[k] += a->partial[b * ((size_t)a->most + 1) + (size_t)k];
    }
}

bool arnoldi_start(struct arnoldi *a, const double *b, struct error *err) {
    if (!provide_vector(a, 0, err)) return false;
    a->m = 0, a->closed = false;
    a->norm = norm2(a, b);
    if (!(a->norm > 0) || !isfinite(a->norm))
        return fail(err, ERROR_RUN, "the density is zero or not finite");
    for (size_t i = 0; i < a->n; i++)
        a->v[0][i] = b[i] / a->norm;
    return true;
}

bool arnoldi_extend(struct arnoldi *a, arnoldi_operator apply, void *context,
                    struct error *err) {
    const int m = a->m + 1;
    double *column = a->H + (size_t)a->m * ((size_t)a->most + 1);
    if (!provide_vector(a, m, err)) return false;
    double *w = a->v[m];
    if (!apply(context, a->v[m - 1], w, err)) return false;
    const double before = norm2(a, w);
    for (int k = 0; k < m; k++)
        column[k] = 0;
    for (int pass = 0; pass < 2; pass++) {
        project(a, m, pass > 0, w);
        for (int k = 0; k < m; k++)
            column[k] += a->coefficient[k];
    }
    add_combination(a, m, a->coefficient, -1, w);
    const double left = norm2(a, w);
    column[m] = left;
    a->m = m;
    a->closed = !(left > 1e-14 * before);
    const double factor = 1 / left;
    for (size_t i = 0; i < a->n && !a->closed; i++)
        w[i] *= factor;
    return isfinite(left) || fail(err, ERROR_RUN, "Arnoldi: a vector is not finite");
}

void arnoldi_combine(const struct arnoldi *a, int m, const double *c, double *out) {
    for (size_t i = 0; i < a->n; i++)
        out[i] = 0;
    add_combination(a, m, c, 1, out);
}
