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

/* Which columns of a file are read, and under which names. */
struct table_choice {
    /* The name that a column gets, borrowed until the next call; NULL: it is passed over,
     * whatever stands in it. header: as the file has it, never empty. */
    const char *(*name)(void *context, const char *header);
    void *context;
};

/* rows x columns of zeros with these names (copied). */
MUST_CHECK struct table *table_create(size_t rows, size_t columns, const char *const *names,
                                      struct error *err);
/* By the file's suffix. choice NULL: all columns, as they are called. Two columns of one
 * name, and wanted columns with anything but finite numbers, are errors that name file,
 * line and column.
 *
 * CSV (anything else): UTF-8, with or without a byte order mark, lines ended by LF or CR
 * LF. The first line names the columns. What separates is a semicolon if there is one in
 * that line (outside quotes), or else a comma, a tab, or blanks. Cells may stand in
 * "quotes". A column without name (as pandas writes its index) is passed over; so are empty
 * lines and those that start with #. Numbers are decimal, with a point.
 *
 * HDF5 (.h5, .hdf5): every 1-D numeric dataset of the root group is a column, in the order
 * of their names; all that are wanted must have the same length. */
MUST_CHECK struct table *table_read(const char *path, const struct table_choice *choice,
                                    struct error *err);
/* Does the file's suffix (.h5, .hdf5) say so? */
bool table_is_hdf5(const char *path);
void table_destroy(struct table *table);
