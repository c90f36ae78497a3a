/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/table.h"
#include <errno.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
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

/* ---------------------------------------------------------------- CSV */

static const char separators[] = ",;\t \r\n";

/* One cell of a line: text up to the next separator; blanks around a comma count as one
 * separator. */
static char *next_cell(char **rest) {
    char *s = *rest;
    s += strspn(s, " \t\r\n");
    if (*s == '\0') return NULL;
    const bool quoted = *s == '"';
    char *end = quoted ? strchr(s + 1, '"') : NULL;
    if (quoted && end != NULL) {
        *end++ = '\0';
        s++;
    } else {
        end = s + strcspn(s, separators);
    }
    char *after = end + strspn(end, " \t\r\n");
    if (*after == ',' || *after == ';') after++;
    *end = '\0';
    *rest = after;
    return s;
}

static bool is_data_line(const char *line) {
    line += strspn(line, " \t\r\n");
    return *line != '\0' && *line != '#';
}

static struct table *header_read(const char *path, char *line, int number,
                                 struct error *err) {
    char *names[256];
    size_t count = 0;
    for (char *rest = line, *cell; (cell = next_cell(&rest)) != NULL;) {
        if (count == sizeof names / sizeof *names)
            return fail(err, ERROR_SETTINGS, "%s:%d: more than 256 columns", path, number),
                   NULL;
        char *end;
        strtod(cell, &end);
        if (end != cell && *end == '\0')
            return fail(err, ERROR_SETTINGS,
                        "%s:%d: '%s' stands where a column's name should: the first "
                        "line must name the columns",
                        path, number, cell),
                   NULL;
        for (size_t c = 0; c < count; c++)
            if (strcmp(names[c], cell) == 0)
                return fail(err, ERROR_SETTINGS, "%s:%d: column '%s' is named twice", path,
                            number, cell),
                       NULL;
        names[count++] = cell;
    }
    return table_create(0, count, (const char *const *)names, err);
}

static bool row_read(struct table *t, size_t *room, const char *path, char *line,
                     int number, struct error *err) {
    if (t->rows == *room) {
        *room = *room == 0 ? 256 : *room * 2;
        for (size_t c = 0; c < t->columns; c++) {
            double *more = realloc(t->column[c], *room * sizeof *more);
            if (more == NULL) return fail(err, ERROR_MEMORY, "no memory for %s", path);
            t->column[c] = more;
        }
    }
    char *rest = line;
    for (size_t c = 0; c < t->columns; c++) {
        char *cell = next_cell(&rest), *end;
        if (cell == NULL)
            return fail(err, ERROR_SETTINGS, "%s:%d: %zu values, but there are %zu columns",
                        path, number, c, t->columns);
        t->column[c][t->rows] = strtod(cell, &end);
        if (end == cell || *end != '\0' || !isfinite(t->column[c][t->rows]))
            return fail(err, ERROR_SETTINGS,
                        "%s:%d: column %zu ('%s'): '%s' is not a finite number", path,
                        number, c + 1, t->name[c], cell);
    }
    if (next_cell(&rest) != NULL)
        return fail(err, ERROR_SETTINGS, "%s:%d: more values than the %zu columns", path,
                    number, t->columns);
    t->rows++;
    return true;
}

static struct table *csv_read(const char *path, struct error *err) {
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return fail(err, ERROR_SETTINGS, "cannot read the data file '%s': %s", path,
                    strerror(errno)),
               NULL;
    struct table *t = NULL;
    char *line = NULL;
    size_t size = 0, room = 0;
    bool good = true;
    for (int number = 1; good && getline(&line, &size, file) >= 0; number++) {
        if (!is_data_line(line)) continue;
        if (t == NULL)
            good = (t = header_read(path, line, number, err)) != NULL;
        else
            good = row_read(t, &room, path, line, number, err);
    }
    free(line);
    fclose(file);
    if (good && (t == NULL || t->rows == 0))
        good = fail(err, ERROR_SETTINGS, "%s: no rows of data", path);
    if (good) return t;
    return table_destroy(t), NULL;
}

/* ---------------------------------------------------------------- HDF5 */

static bool is_column(hid_t file, const char *name, size_t *rows) {
    int rank = 0;
    hsize_t shape = 0;
    H5T_class_t class;
    size_t size;
    H5O_info_t info;
    if (H5Oget_info_by_name(file, name, &info, H5P_DEFAULT) < 0 ||
        info.type != H5O_TYPE_DATASET)
        return false;
    if (H5LTget_dataset_ndims(file, name, &rank) < 0 || rank != 1) return false;
    if (H5LTget_dataset_info(file, name, &shape, &class, &size) < 0) return false;
    *rows = (size_t)shape;
    return class == H5T_INTEGER || class == H5T_FLOAT;
}

/* Names and common length of the columns of an open file. */
static struct table *columns_find(hid_t file, const char *path, struct error *err) {
    H5G_info_t info;
    char names[256][64];
    const char *list[256];
    size_t count = 0, rows = 0, these = 0;
    if (H5Gget_info(file, &info) < 0)
        return fail(err, ERROR_FILE, "%s: unreadable root group", path), NULL;
    for (hsize_t i = 0; i < info.nlinks && count < 256; i++) {
        if (H5Lget_name_by_idx(file, ".", H5_INDEX_NAME, H5_ITER_INC, i, names[count], 64,
                               H5P_DEFAULT) < 0)
            continue;
        if (!is_column(file, names[count], &these)) continue;
        if (count > 0 && these != rows)
            return fail(err, ERROR_SETTINGS,
                        "%s: column '%s' has %zu values, '%s' has %zu: all must have the "
                        "same length",
                        path, names[count], these, names[0], rows),
                   NULL;
        rows = these;
        list[count] = names[count];
        count++;
    }
    if (count == 0 || rows == 0)
        return fail(err, ERROR_SETTINGS, "%s: no 1-D numeric dataset in the root group",
                    path),
               NULL;
    return table_create(rows, count, list, err);
}

static struct table *hdf5_read(const char *path, struct error *err) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return fail(err, ERROR_SETTINGS, "cannot read the data file '%s' as HDF5", path),
               NULL;
    struct table *t = columns_find(file, path, err);
    bool good = t != NULL;
    for (size_t c = 0; good && c < t->columns; c++) {
        good = H5LTread_dataset_double(file, t->name[c], t->column[c]) >= 0 ||
               fail(err, ERROR_FILE, "%s: cannot read column '%s'", path, t->name[c]);
        for (size_t r = 0; good && r < t->rows; r++)
            good =
                isfinite(t->column[c][r]) ||
                fail(err, ERROR_SETTINGS, "%s: column '%s', row %zu: not a finite number",
                     path, t->name[c], r + 1);
    }
    H5Fclose(file);
    if (good) return t;
    return table_destroy(t), NULL;
}

struct table *table_read(const char *path, struct error *err) {
    const char *dot = strrchr(path, '.');
    if (dot != NULL && (strcmp(dot, ".h5") == 0 || strcmp(dot, ".hdf5") == 0))
        return hdf5_read(path, err);
    return csv_read(path, err);
}
