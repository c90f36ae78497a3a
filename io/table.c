/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/table_parts.h"
#include <stdlib.h>
#include <string.h>

void table_destroy(struct table *t) {
    if (t == NULL) return;
    for (size_t c = 0; c < t->columns; c++) {
        if (t->name) free(t->name[c]);
        if (t->column) free(t->column[c]);
    }
    free(t->name);
    free(t->column);
    free(t);
}

struct table *table_create(size_t rows, size_t columns, const char *const *names,
                           struct error *err) {
    struct table *t = array_create(1, sizeof *t, err);
    if (t == NULL) return NULL;
    *t = (struct table){.rows = rows, .columns = columns};
    t->name = array_create(columns, sizeof *t->name, err);
    t->column = array_create(columns, sizeof *t->column, err);
    if (t->name == NULL || t->column == NULL) return table_destroy(t), NULL;
    for (size_t c = 0; c < columns; c++) {
        t->name[c] = strdup(names[c]);
        t->column[c] = array_create(rows, sizeof *t->column[c], err);
        if (t->column[c] == NULL || t->name[c] == NULL) {
            fail(err, ERROR_MEMORY, "no memory for a table of %zu rows", rows);
            return table_destroy(t), NULL;
        }
    }
    return t;
}

const char *table_choose(const struct table_choice *choice, const char *header) {
    return choice != NULL ? choice->name(choice->context, header) : header;
}

bool table_add(struct table *t, const char *name, const char *header, struct error *err) {
    for (size_t c = 0; c < t->columns; c++)
        if (strcmp(t->name[c], name) == 0)
            return fail(err, ERROR_SETTINGS, "two columns are called '%.80s'%s%.80s%s",
                        name, strcmp(name, header) != 0 ? " (one is written '" : "",
                        strcmp(name, header) != 0 ? header : "",
                        strcmp(name, header) != 0 ? "')" : "");
    const size_t n = t->columns;
    char **names = realloc(t->name, (n + 1) * sizeof *names);
    if (names != NULL) t->name = names;
    double **columns = realloc(t->column, (n + 1) * sizeof *columns);
    if (columns != NULL) t->column = columns;
    if (names == NULL || columns == NULL)
        return fail(err, ERROR_MEMORY, "no memory for a table");
    t->name[n] = strdup(name);
    t->column[n] = array_create(t->rows, sizeof *t->column[n], err);
    t->columns++;
    return t->column[n] != NULL &&
           (t->name[n] != NULL || fail(err, ERROR_MEMORY, "no memory for a table"));
}

bool table_is_hdf5(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot != NULL && (strcmp(dot, ".h5") == 0 || strcmp(dot, ".hdf5") == 0);
}

struct table *table_read(const char *path, const struct table_choice *choice,
                         struct error *err) {
    return table_is_hdf5(path) ? table_read_hdf5(path, choice, err)
                               : table_read_csv(path, choice, err);
}
