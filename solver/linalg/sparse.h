/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sparse square matrices by compressed columns, indices as CHOLMOD's 64-bit routines
 * take them: a factorisation of four million cells has more entries than an int counts. */
#pragma once

#include "io/status.h"
#include <stdint.h>

struct sparse {
    size_t n;
    size_t columns; /* the unknowns are cells of a grid, so many in a row, row after row;
                       0: of no grid. For its owner to set (ordering.h) */
    int64_t *start; /* [n + 1] first entry of each column */
    int64_t *row;   /* [start[n]] increasing inside a column, no duplicates */
    double *value;  /* [start[n]] */
};

/* The sum of count entries (row[k], column[k], value[k]); duplicates add up, and every
 * diagonal entry is present, also where it is 0. */
MUST_CHECK struct sparse *sparse_create(size_t n, size_t count, const int64_t *row,
                                        const int64_t *column, const double *value,
                                        struct error *err);
void sparse_destroy(struct sparse *matrix);

/* A_(row, column); 0 where there is no entry. */
double sparse_entry(const struct sparse *, int64_t row, int64_t column);
/* Whether A has an entry (i, j) wherever it has one (j, i); next[n] is overwritten. */
bool sparse_is_symmetric(const struct sparse *, int64_t *next);

/* y = A x and y = A^T x; x and y do not overlap. */
void sparse_apply(const struct sparse *, const double *x, double *y);
void sparse_apply_transposed(const struct sparse *, const double *x, double *y);

/* A^T, a new matrix. */
MUST_CHECK struct sparse *sparse_transpose(const struct sparse *, struct error *err);
/* The rows and columns i with keep[i], in order. */
MUST_CHECK struct sparse *sparse_select(const struct sparse *, const bool *keep,
                                        struct error *err);
