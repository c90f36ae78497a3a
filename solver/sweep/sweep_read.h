/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of a sweep, back from its sweep.h5 (solver/sweep/sweep_table.h), also from one of
 * an older version, which has no column `file`. */
#pragma once

#include "io/status.h"

struct sweep_column {
    char *name;
    double *number; /* [points], NAN: none; NULL in a column of texts */
    char **text;    /* [points], "": none; NULL in a column of numbers */
};

struct sweep_table {
    size_t points, columns, keys; /* the first `keys` columns are those that vary */
    struct sweep_column *column;  /* [columns], without `point` */
    char *title, *version;        /* version: of the program that wrote it */
};

/* FOLDER/sweep.h5 of a folder, else the path itself (malloc'd). */
char *sweep_table_path(const char *path, struct error *err);
/* Is it a folder, or a table? */
bool sweep_table_is(const char *path);
/* ERROR_FILE; of a folder without table it says how it gets one. */
MUST_CHECK struct sweep_table *sweep_table_read(const char *path, struct error *err);
void sweep_table_destroy(struct sweep_table *table); /* NULL is fine */
/* NULL: none. */
const struct sweep_column *sweep_table_find(const struct sweep_table *table,
                                            const char *name);
