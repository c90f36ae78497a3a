/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/sweep/sweep_row.h"
#include "io/text.h"
#include "solver/file/record_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- cells */

static bool row_append(struct row *row, const char *name, bool number, const char *text,
                       struct error *err) {
    struct cell *wider = array_grow(row->cell, row->cells, &row->room, sizeof *wider, err);
    if (wider == NULL) return false;
    row->cell = wider;
    struct cell cell = {strdup(name), number, strdup(text)};
    if (cell.name == NULL || cell.text == NULL) {
        free(cell.name);
        free(cell.text);
        return fail(err, ERROR_MEMORY, "no memory");
    }
    for (char *c = cell.text; *c != '\0'; c++)
        if (*c == '\n' || *c == '\t' || *c == '\r') *c = ' ';
    row->cell[row->cells++] = cell;
    return true;
}

bool row_text(struct row *row, const char *name, const char *text, struct error *err) {
    return row_append(row, name, false, text, err);
}

bool row_number(struct row *row, const char *name, double value, struct error *err) {
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    return row_append(row, name, true, value != value ? "nan" : text, err);
}

const struct cell *row_find(const struct row *row, const char *name) {
    for (size_t k = 0; k < row->cells; k++)
        if (strcmp(row->cell[k].name, name) == 0) return &row->cell[k];
    return NULL;
}

bool status_finished(const char *status) {
    return strcmp(status, "complete") == 0 || strcmp(status, "inaccurate") == 0;
}

bool row_finished(const struct row *row) {
    const struct cell *status = row_find(row, "status");
    return status != NULL && status_finished(status->text);
}

void row_finish(struct row *row) {
    for (size_t k = 0; k < row->cells; k++) {
        free(row->cell[k].name);
        free(row->cell[k].text);
    }
    free(row->cell);
    *row = (struct row){0};
}

/* ---------------------------------------------------------------- from a file */

/* Where the visits of a file put what they find. */
struct reading {
    const struct h5file *file;
    const char *object; /* "/" or a dataset, whose attributes are visited */
    size_t rows;
    struct row *row;
    const struct row *attributes; /* of the file, whose names are taken */
};

static bool add_attribute(void *context, const char *name, bool text, struct error *err) {
    const struct reading *r = context;
    double value;
    if (record_file_is_head(name)) return true;
    if (!text)
        return h5file_read_attribute_real(r->file, "/", name, &value, err) &&
               row_number(r->row, name, value, err);
    char *words = NULL;
    const bool good =
        h5file_read_attribute_text(r->file, "/", name, &words, err) &&
        (words[0] == '\0' || row_text(r->row, name, words, err)); /* a place not used */
    free(words);
    return good;
}

/* Numbers only, and not netCDF's own (_FillValue). */
static bool add_number_of_dataset(void *context, const char *name, bool text,
                                  struct error *err) {
    const struct reading *r = context;
    char full[256];
    double value;
    if (text || name[0] == '_') return true;
    snprintf(full, sizeof full, "%s_%s", r->object, name);
    return h5file_read_attribute_real(r->file, r->object, name, &value, err) &&
           row_number(r->row, full, value, err);
}

static bool add_last_value(const struct reading *r, const char *name, struct error *err) {
    const bool taken = row_find(r->attributes, name) != NULL;
    char full[256];
    double value;
    if (strcmp(name, "wall_time") == 0) return true; /* differs from run to run */
    snprintf(full, sizeof full, "%s%s", name, taken ? "_at_end" : "");
    return h5file_read_row(r->file, name, r->rows - 1, &value, 1, err) &&
           row_number(r->row, full, value, err);
}

static bool add_dataset(void *context, const char *name, const struct h5_extent *extent,
                        struct error *err) {
    struct reading *r = context;
    r->object = name;
    return (!extent->grows || extent->rank != 1 || add_last_value(r, name, err)) &&
           h5file_each_attribute(r->file, name, add_number_of_dataset, r, err);
}

static bool add_results(const struct h5file *file, struct row *row, struct error *err) {
    struct row attributes = {0};
    struct reading r = {.file = file, .object = "/", .row = &attributes};
    double seconds;
    bool good = h5file_rows(file, "time", &r.rows, err) &&
                (r.rows > 0 || fail(err, ERROR_FILE, "it holds no snapshot")) &&
                h5file_each_attribute(file, "/", add_attribute, &r, err);
    r.row = row, r.attributes = &attributes;
    good = good && h5file_each(file, add_dataset, &r, err);
    for (size_t k = 0; good && k < attributes.cells; k++) {
        const struct cell *c = &attributes.cell[k];
        good = row_append(row, c->name, c->number, c->text, err);
    }
    row_finish(&attributes);
    if (!good || !h5file_has(file, "wall_time")) return good;
    return h5file_read_row(file, "wall_time", r.rows - 1, &seconds, 1, err) &&
           row_number(row, "seconds", seconds, err);
}

bool row_of_file(struct row *row, const char *path, struct error *err) {
    struct h5file *file = h5file_open(path, false, err);
    if (file == NULL) return false;
    struct error ignored;
    const bool good = add_results(file, row, err);
    const bool closed = h5file_close(file, &ignored); /* nothing was written */
    (void)closed;
    return good;
}

/* ---------------------------------------------------------------- as text */

char *row_encode(const struct row *row, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    for (size_t k = 0; k < row->cells; k++)
        fprintf(text.out, "%c%s\t%s\n", row->cell[k].number ? '#' : '=', row->cell[k].name,
                row->cell[k].text);
    return text_end(&text, true, err);
}

bool row_decode(struct row *row, const char *text, struct error *err) {
    char *copy = strdup(text), *line = copy;
    bool good = copy != NULL || fail(err, ERROR_MEMORY, "no memory");
    for (char *end; good && *line != '\0'; line = end + 1) {
        char *tab = strchr(line, '\t');
        if ((end = strchr(line, '\n')) == NULL || tab == NULL || tab > end) {
            good = fail(err, ERROR_RUN, "a row was cut off");
            break;
        }
        *tab = *end = '\0';
        good = row_append(row, line + 1, line[0] == '#', tab + 1, err);
    }
    free(copy);
    return good;
}
