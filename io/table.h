/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table of named columns of numbers, read from CSV or HDF5: the examples that SGD draws
 * from. */
#pragma once

#include "io/status.h"

struct table {
    size_t rows, columns;
    char **name;     /* [columns] */
    double **column; /* [columns][rows] */
};

/* rows x columns of zeros with these names (copied). */
MUST_CHECK struct table *table_create(size_t rows, size_t columns, const char *const *names,
                                      struct error *err);
/* By the file's suffix. CSV (anything else): the first line names the columns; comma,
 * semicolon, tab or blanks separate; lines that start with # and empty ones are skipped;
 * every cell must be a finite number: an error names file, line and column. HDF5 (.h5,
 * .hdf5): every 1-D numeric dataset of the root group is a column, in the order of their
 * names; all must have the same length. */
MUST_CHECK struct table *table_read(const char *path, struct error *err);
void table_destroy(struct table *table);
