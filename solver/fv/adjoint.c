/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/adjoint.h"
#include "solver/linalg/factor.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Marks one cell if it leaks or can go to a marked one; true when that is new. */
static bool mark(const struct sparse *A, size_t i, bool *reaches) {
    if (reaches[i]) return false;
    double sum = 0, size = 0;
    for (int64_t k = A->start[i]; k < A->start[i + 1]; k++) {
        if (A->value[k] > 0 && reaches[A->row[k]]) return reaches[i] = true;
        sum += A->value[k], size += fabs(A->value[k]);
    }
    return reaches[i] = sum < -1e-12 * size;
}

/* reaches: in, the target; out, all cells from which it or an exit can be reached. Sweeps
 * both ways: a few are enough on a grid. */
static void spread(const struct sparse *A, bool *reaches) {
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < A->n; i++)
            more |= mark(A, i, reaches);
        for (size_t i = A->n; i-- > 0;)
            more |= mark(A, i, reaches);
    }
}

/* -A_UU^T f_U = source_U on the cells inside[]; f elsewhere untouched. */
static bool solve_inside(const struct sparse *A, const bool *inside, const double *source,
                         double *f, struct error *err) {
    bool good = false;
    struct factor *factor = NULL;
    double *packed = NULL;
    struct sparse *M = sparse_select(A, inside, err);
    if (M == NULL) return false;
    if (M->n == 0) return sparse_destroy(M), true;
    for (int64_t k = 0; k < M->start[M->n]; k++)
        M->value[k] = -M->value[k];
    packed = array_create(2 * M->n, sizeof *packed, err);
    if (packed != NULL) factor = factor_create(M, err);
    if (factor == NULL) goto done;
    for (size_t i = 0, n = 0; i < A->n; i++)
        if (inside[i]) packed[n++] = source[i];
    if (!factor_solve_transposed(factor, packed, packed + M->n, err)) goto done;
    for (size_t i = 0, n = 0; i < A->n; i++) {
        if (!inside[i]) continue;
        f[i] = packed[M->n + n++];
        if (!(f[i] >= 0)) {
            fail(err, ERROR_RUN, "the adjoint solve failed: %g in cell %zu", f[i], i);
            goto done;
        }
    }
    good = true;
done:
    factor_destroy(factor);
    free(packed);
    sparse_destroy(M);
    return good;
}

bool adjoint_passage_time(const struct sparse *A, const bool *target, double *tau,
                          struct error *err) {
    bool good = false, *inside = array_create(A->n, sizeof *inside, err);
    double *one = inside ? array_create(A->n, sizeof *one, err) : NULL;
    if (one != NULL) {
        memcpy(inside, target, A->n * sizeof *inside);
        spread(A, inside);
        for (size_t i = 0; i < A->n; i++) {
            tau[i] = inside[i] ? 0 : HUGE_VAL;
            inside[i] = inside[i] && !target[i];
            one[i] = 1;
        }
        good = solve_inside(A, inside, one, tau, err);
    }
    free(one);
    free(inside);
    return good;
}

bool adjoint_committor(const struct sparse *A, const bool *from, const bool *to, double *q,
                       struct error *err) {
    bool good = false, *inside = array_create(A->n, sizeof *inside, err);
    double *source = inside ? array_create(A->n, sizeof *source, err) : NULL;
    if (source != NULL) {
        for (size_t i = 0; i < A->n; i++)
            inside[i] = from[i] || to[i];
        spread(A, inside);
        for (size_t i = 0; i < A->n; i++) {
            q[i] = to[i];
            inside[i] = inside[i] && !from[i] && !to[i];
            for (int64_t k = A->start[i]; k < A->start[i + 1]; k++)
                if (to[A->row[k]] && A->row[k] != (int64_t)i) source[i] += A->value[k];
        }
        good = solve_inside(A, inside, source, q, err);
    }
    free(source);
    free(inside);
    return good;
}

struct sparse *generator1_matrix(const struct generator1 *g, struct error *err) {
    const size_t n = g->cells, most = 4 * (n + 1);
    const double *h = g->grid->axis[0]->width;
    struct sparse *A = NULL;
    double *value = NULL;
    int64_t *row = array_create(2 * most, sizeof *row, err), *column = row + most;
    if (row != NULL) value = array_create(most, sizeof *value, err);
    size_t k = 0;
    for (size_t f = 0; value != NULL && f <= n; f++) {
        if (g->periodic && f == n) break; /* the same face as 0 */
        const bool lower = f > 0 || g->periodic, upper = f < n;
        const size_t L = f > 0 ? f - 1 : n - 1, R = f;
        const double up = lower ? g->left[f] / h[L] : 0;
        const double down = upper ? g->right[f] / h[R] : 0;
        if (lower) row[k] = (int64_t)L, column[k] = (int64_t)L, value[k++] = -up;
        if (upper) row[k] = (int64_t)R, column[k] = (int64_t)R, value[k++] = -down;
        if (lower && upper) {
            row[k] = (int64_t)R, column[k] = (int64_t)L, value[k++] = up;
            row[k] = (int64_t)L, column[k] = (int64_t)R, value[k++] = down;
        }
    }
    if (value != NULL) A = sparse_create(n, k, row, column, value, err);
    free(value);
    free(row);
    return A;
}
