/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns of a sparse matrix, made one by one in any order by several threads: a
 * builder, one a thread, sums what falls on the same row. */
#pragma once

#include "solver/linalg/sparse.h"

struct column_builder;
struct columns;

/* For columns of n rows. */
MUST_CHECK struct column_builder *column_builder_create(size_t n, struct error *err);
void column_builder_destroy(struct column_builder *builder);
void column_add(struct column_builder *builder, size_t row, double value);
/* Drops what was added. */
void column_forget(struct column_builder *builder);

/* n columns of n rows. */
MUST_CHECK struct columns *columns_create(size_t n, struct error *err);
void columns_destroy(struct columns *columns);
/* What was added becomes column j, with its sum 1 - absorbed: what rounding has left of it
 * goes to the largest entry. The builder is then empty. Fails for want of memory. */
MUST_CHECK bool column_finish(struct column_builder *builder, double absorbed,
                              struct columns *columns, size_t j, struct error *err);
/* The matrix. */
MUST_CHECK struct sparse *columns_join(const struct columns *columns, struct error *err);
