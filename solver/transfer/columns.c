/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/columns.h"
#include "grids/sum.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double rounding = 1e-9; /* larger defects are not the sum's */

struct column_builder {
    size_t n, used, lowest, highest;
    double *value; /* [n] 0 where nothing was added */
    bool *touched; /* [n] */
    int64_t *row;  /* [used] the rows touched, in any order until finished */
};

struct column {
    size_t n;
    int64_t *row;  /* [n] ascending */
    double *value; /* [n] */
};
struct columns {
    size_t n;
    struct column *column; /* [n] */
};

/* ----------------------------------------------------------------------------- builder */

struct column_builder *column_builder_create(size_t n, struct error *err) {
    struct column_builder *b = array_create(1, sizeof *b, err);
    if (b == NULL) return NULL;
    b->n = n, b->lowest = n;
    if (!(b->value = array_create(n, sizeof *b->value, err)) ||
        !(b->touched = array_create(n, sizeof *b->touched, err)) ||
        !(b->row = array_create(n, sizeof *b->row, err)))
        return column_builder_destroy(b), NULL;
    return b;
}

void column_builder_destroy(struct column_builder *b) {
    if (b == NULL) return;
    free(b->row), free(b->touched), free(b->value);
    free(b);
}

void column_add(struct column_builder *b, size_t row, double value) {
    b->value[row] += value;
    if (b->touched[row]) return;
    b->touched[row] = true;
    b->row[b->used++] = (int64_t)row;
    if (row < b->lowest) b->lowest = row;
    if (row > b->highest) b->highest = row;
}

void column_forget(struct column_builder *b) {
    for (size_t k = 0; k < b->used; k++)
        b->value[b->row[k]] = 0, b->touched[b->row[k]] = false;
    b->used = b->highest = 0, b->lowest = b->n;
}

static int ascending(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* By looking at all rows between the first and the last, unless these are too many. */
static void sort_rows(struct column_builder *b) {
    if (b->used == 0) return;
    if (b->highest - b->lowest > 16 * b->used) {
        qsort(b->row, b->used, sizeof *b->row, ascending);
        return;
    }
    size_t k = 0;
    for (size_t i = b->lowest; i <= b->highest; i++)
        if (b->touched[i]) b->row[k++] = (int64_t)i;
}

static void correct_sum(struct column_builder *b, double absorbed) {
    struct sum sum = {0};
    int64_t most = -1;
    for (size_t k = 0; k < b->used; k++) {
        const int64_t i = b->row[k];
        sum_add(&sum, b->value[i]);
        if (most < 0 || fabs(b->value[i]) > fabs(b->value[most])) most = i;
    }
    sum_add(&sum, absorbed);
    const double defect = 1 - sum_value(sum);
    if (most >= 0 && fabs(defect) < rounding) b->value[most] += defect;
}

/* ----------------------------------------------------------------------------- columns */

struct columns *columns_create(size_t n, struct error *err) {
    struct columns *c = array_create(1, sizeof *c, err);
    if (c == NULL) return NULL;
    c->n = n;
    c->column = array_create(n, sizeof *c->column, err);
    if (c->column == NULL) return columns_destroy(c), NULL;
    return c;
}

void columns_destroy(struct columns *c) {
    if (c == NULL) return;
    for (size_t j = 0; c->column && j < c->n; j++)
        free(c->column[j].row), free(c->column[j].value);
    free(c->column);
    free(c);
}

bool column_finish(struct column_builder *b, double absorbed, struct columns *columns,
                   size_t j, struct error *err) {
    struct column *c = &columns->column[j];
    sort_rows(b);
    correct_sum(b, absorbed);
    if (!(c->row = array_create(b->used, sizeof *c->row, err)) ||
        !(c->value = array_create(b->used, sizeof *c->value, err)))
        return false;
    for (size_t k = 0; k < b->used; k++) {
        const double value = b->value[b->row[k]];
        if (value == 0) continue;
        c->row[c->n] = b->row[k];
        c->value[c->n++] = value;
    }
    column_forget(b);
    return true;
}

struct sparse *columns_join(const struct columns *columns, struct error *err) {
    struct sparse *A = array_create(1, sizeof *A, err);
    size_t entries = 0;
    for (size_t j = 0; j < columns->n; j++)
        entries += columns->column[j].n;
    if (A == NULL) return NULL;
    A->n = columns->n;
    if (!(A->start = array_create(A->n + 1, sizeof *A->start, err)) ||
        !(A->row = array_create(entries, sizeof *A->row, err)) ||
        !(A->value = array_create(entries, sizeof *A->value, err)))
        return sparse_destroy(A), NULL;
    for (size_t j = 0; j < A->n; j++) {
        const struct column *c = &columns->column[j];
        memcpy(A->row + A->start[j], c->row, c->n * sizeof *c->row);
        memcpy(A->value + A->start[j], c->value, c->n * sizeof *c->value);
        A->start[j + 1] = A->start[j] + (int64_t)c->n;
    }
    return A;
}
