/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/sparse.h"
#include <stdlib.h>

static struct sparse *allocate(size_t n, size_t entries, struct error *err) {
    struct sparse *A = array_create(1, sizeof *A, err);
    if (A == NULL) return NULL;
    A->n = n;
    A->start = array_create(n + 1, sizeof *A->start, err);
    A->row = A->start ? array_create(entries, sizeof *A->row, err) : NULL;
    A->value = A->row ? array_create(entries, sizeof *A->value, err) : NULL;
    if (A->value == NULL) return sparse_destroy(A), NULL;
    return A;
}

void sparse_destroy(struct sparse *matrix) {
    if (matrix == NULL) return;
    free(matrix->start);
    free(matrix->row);
    free(matrix->value);
    free(matrix);
}

/* Gives back what is beyond the entries. (Where that fails nothing is lost.) */
static void shrink(struct sparse *A) {
    const size_t entries = (size_t)A->start[A->n] + (A->start[A->n] == 0);
    int64_t *row = realloc(A->row, entries * sizeof *row);
    if (row != NULL) A->row = row;
    double *value = realloc(A->value, entries * sizeof *value);
    if (value != NULL) A->value = value;
}

/* Sorts one column by row (stable, so that duplicates are summed in the order given) and
 * adds duplicates up. Returns the entries left. Columns are short: insertion. */
static int64_t tidy_column(int64_t count, int64_t *row, double *value) {
    for (int64_t k = 1; k < count; k++) {
        const int64_t r = row[k];
        const double v = value[k];
        int64_t m = k;
        for (; m > 0 && row[m - 1] > r; m--)
            row[m] = row[m - 1], value[m] = value[m - 1];
        row[m] = r, value[m] = v;
    }
    int64_t left = 0;
    for (int64_t k = 0; k < count; k++) {
        if (left > 0 && row[left - 1] == row[k])
            value[left - 1] += value[k];
        else
            row[left] = row[k], value[left++] = value[k];
    }
    return left;
}

struct sparse *sparse_create(size_t n, size_t count, const int64_t *row,
                             const int64_t *column, const double *value,
                             struct error *err) {
    struct sparse *A = allocate(n, count + n, err);
    int64_t *next = A ? array_create(n + 1, sizeof *next, err) : NULL;
    if (next == NULL) return sparse_destroy(A), NULL;
    for (size_t k = 0; k < count; k++)
        next[column[k] + 1]++;
    for (size_t j = 0; j < n; j++)
        next[j + 1] += next[j] + 1; /* and the diagonal entry */
    for (size_t j = 0; j <= n; j++)
        A->start[j] = next[j];
    for (size_t j = 0; j < n; j++)
        A->row[next[j]++] = (int64_t)j;
    for (size_t k = 0; k < count; k++) {
        const int64_t at = next[column[k]]++;
        A->row[at] = row[k], A->value[at] = value[k];
    }
    free(next);
    int64_t filled = 0;
    for (size_t j = 0; j < n; j++) {
        const int64_t from = A->start[j], entries = A->start[j + 1] - from;
        const int64_t left = tidy_column(entries, A->row + from, A->value + from);
        for (int64_t k = 0; k < left; k++)
            A->row[filled + k] = A->row[from + k],
                            A->value[filled + k] = A->value[from + k];
        A->start[j] = filled;
        filled += left;
    }
    A->start[n] = filled;
    shrink(A);
    return A;
}

double sparse_entry(const struct sparse *A, int64_t row, int64_t column) {
    int64_t from = A->start[column], to = A->start[column + 1];
    while (from < to) { /* it is in [from, to) */
        const int64_t middle = from + (to - from) / 2;
        if (A->row[middle] == row) return A->value[middle];
        if (A->row[middle] < row)
            from = middle + 1;
        else
            to = middle;
    }
    return 0;
}

bool sparse_is_symmetric(const struct sparse *A, int64_t *next) {
    for (size_t j = 0; j < A->n; j++)
        next[j] = A->start[j];
    for (size_t j = 0; j < A->n; j++) /* the rows of A's columns, and those of A^T's */
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            const int64_t i = A->row[k];
            if (next[i] == A->start[i + 1] || A->row[next[i]++] != (int64_t)j) return false;
        }
    return true;
}

void sparse_apply(const struct sparse *A, const double *x, double *y) {
    for (size_t i = 0; i < A->n; i++)
        y[i] = 0;
    for (size_t j = 0; j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            y[A->row[k]] += A->value[k] * x[j];
}

void sparse_apply_transposed(const struct sparse *A, const double *x, double *y) {
#pragma omp parallel for schedule(static) if (A->n > 16384)
    for (size_t j = 0; j < A->n; j++) {
        double sum = 0;
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            sum += A->value[k] * x[A->row[k]];
        y[j] = sum;
    }
}

struct sparse *sparse_transpose(const struct sparse *A, struct error *err) {
    struct sparse *T = allocate(A->n, (size_t)A->start[A->n], err);
    if (T == NULL) return NULL;
    for (int64_t k = 0; k < A->start[A->n]; k++)
        T->start[A->row[k] + 1]++;
    for (size_t i = 0; i < A->n; i++)
        T->start[i + 1] += T->start[i];
    for (size_t j = 0; j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            const int64_t at = T->start[A->row[k]]++;
            T->row[at] = (int64_t)j, T->value[at] = A->value[k];
        }
    for (size_t i = A->n; i > 0; i--) /* each start is where the next column begins */
        T->start[i] = T->start[i - 1];
    T->start[0] = 0;
    return T;
}

struct sparse *sparse_select(const struct sparse *A, const bool *keep, struct error *err) {
    int64_t *number = array_create(A->n, sizeof *number, err);
    if (number == NULL) return NULL;
    size_t n = 0;
    for (size_t i = 0; i < A->n; i++)
        number[i] = keep[i] ? (int64_t)n++ : -1;
    struct sparse *B = allocate(n, (size_t)A->start[A->n], err);
    int64_t filled = 0;
    for (size_t j = 0; B != NULL && j < A->n; j++) {
        if (!keep[j]) continue;
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            if (number[A->row[k]] >= 0)
                B->row[filled] = number[A->row[k]], B->value[filled++] = A->value[k];
        B->start[number[j] + 1] = filled;
    }
    free(number);
    if (B != NULL) shrink(B);
    return B;
}
