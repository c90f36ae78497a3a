/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/basins2.h"
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

/* Cells where any of the right functions is not negligible. */
static void find_bulk(const struct spectrum1 *s, size_t k, bool *bulk) {
    for (size_t q = 0; q < k; q++) {
        double most = 0;
        for (size_t i = 0; i < s->cells; i++)
            most = fmax(most, fabs(s->right[q][i]));
        for (size_t i = 0; i < s->cells; i++)
            bulk[i] |= fabs(s->right[q][i]) > 1e-6 * most;
    }
}

/* The k slow functions as coordinates y[k][cells] of the cells. */
struct simplex {
    const struct spectrum1 *s;
    size_t k;
    bool *bulk;      /* [cells] */
    double *y;       /* [k][cells] */
    double *d;       /* [k] */
    size_t *corner;  /* [k + 1] cells */
    double *inverse; /* [k + 1][k + 1] */
};

static void centre_on(const struct simplex *x, size_t at) {
    for (size_t q = 0; q < x->k; q++)
        for (size_t i = 0; i < x->s->cells; i++)
            x->y[q * x->s->cells + i] = x->s->left[q][i] - x->s->left[q][at];
}

static size_t find_farthest(const struct simplex *x) {
    const size_t n = x->s->cells;
    size_t best = 0;
    double farthest = -1;
    for (size_t i = 0; i < n; i++) {
        double far = 0;
        for (size_t q = 0; q < x->k; q++)
            far += x->y[q * n + i] * x->y[q * n + i];
        if (x->bulk[i] && far > farthest) farthest = far, best = i;
    }
    return best;
}

/* Projects the direction of cell `at` out of all. */
static void flatten(const struct simplex *x, size_t at) {
    const size_t n = x->s->cells, k = x->k;
    double size = 0;
    for (size_t q = 0; q < k; q++)
        x->d[q] = x->y[q * n + at], size += x->d[q] * x->d[q];
    for (size_t i = 0; i < n && size > 0; i++) {
        double along = 0;
        for (size_t q = 0; q < k; q++)
            along += x->y[q * n + i] * x->d[q] / size;
        for (size_t q = 0; q < k; q++)
            x->y[q * n + i] -= along * x->d[q];
    }
}

/* Each corner is the farthest from the flat that the earlier ones span. */
static void find_corners(const struct simplex *x) {
    size_t first = 0;
    while (!x->bulk[first])
        first++;
    centre_on(x, first);
    x->corner[0] = find_farthest(x);
    centre_on(x, x->corner[0]);
    for (size_t c = 1; c <= x->k; c++) {
        x->corner[c] = find_farthest(x);
        flatten(x, x->corner[c]);
    }
}

/* Barycentric coordinates: (1, l_i) = Sum_c chi_c (1, l_corner c). */
static bool invert_corners(const struct simplex *x, struct error *err) {
    const int m = (int)x->k + 1;
    int *pivot = array_create((size_t)m, sizeof *pivot, err);
    double *M = pivot ? array_create((size_t)(m * m), sizeof *M, err) : NULL;
    bool good = M != NULL;
    for (int c = 0; good && c < m; c++) {
        x->inverse[c * m + c] = 1;
        for (int q = 0; q < m; q++)
            M[c * m + q] = q == 0 ? 1 : x->s->left[q - 1][x->corner[c]];
    }
    if (good && LAPACKE_dgesv(LAPACK_ROW_MAJOR, m, m, M, m, pivot, x->inverse, m) != 0)
        good = fail(err, ERROR_RUN, "the slow modes do not tell %d basins apart", m);
    free(M), free(pivot);
    return good;
}

static double membership_of(const struct simplex *x, size_t i, size_t c) {
    const size_t m = x->k + 1;
    double sum = x->inverse[c];
    for (size_t q = 0; q < x->k; q++)
        sum += x->s->left[q][i] * x->inverse[(q + 1) * m + c];
    return sum;
}

/* Puts corners into the order in which their basins first appear. */
static void put_in_order(const struct simplex *x, int *basin, int *name) {
    int next = 0;
    for (size_t c = 0; c <= x->k; c++)
        name[c] = -1;
    for (size_t i = 0; i < x->s->cells; i++) {
        int best = 0;
        for (int c = 1; c <= (int)x->k; c++)
            if (membership_of(x, i, (size_t)c) > membership_of(x, i, (size_t)best))
                best = c;
        if (name[best] < 0) name[best] = next++;
        basin[i] = name[best];
    }
    for (size_t c = 0; c <= x->k; c++)
        if (name[c] < 0) name[c] = next++;
}

bool basins2_find(const struct spectrum1 *s, size_t k, int *basin,
                  double *const *membership, struct error *err) {
    const size_t m = k + 1;
    struct simplex x = {.s = s, .k = k};
    int *name = array_create(m, sizeof *name, err);
    double *numbers =
        name ? array_create(k * s->cells + k + m * m, sizeof *numbers, err) : NULL;
    bool good = numbers && (x.bulk = array_create(s->cells, sizeof *x.bulk, err)) &&
                (x.corner = array_create(m, sizeof *x.corner, err));
    if (good) {
        x.y = numbers, x.d = x.y + k * s->cells, x.inverse = x.d + k;
        find_bulk(s, k, x.bulk);
        find_corners(&x);
        good = invert_corners(&x, err);
    }
    if (good) put_in_order(&x, basin, name);
    for (size_t c = 0; good && membership != NULL && c < m; c++)
        for (size_t i = 0; i < s->cells; i++)
            membership[name[c]][i] = membership_of(&x, i, c);
    free(x.corner), free(x.bulk), free(numbers), free(name);
    return good;
}
