/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/sweep/sweep_table.h"
#include "io/h5file.h"
#include "io/part.h"
#include "solver/run/version.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- columns */

/* text[points], borrowed from the rows and axes; NULL where a point has no such value. */
struct column {
    const char *name;
    bool number;
    const char **text;
};

struct columns {
    size_t points, count, room;
    struct column *column;
    char **file; /* [points], of the points */
};

static void columns_finish(struct columns *t) {
    for (size_t point = 0; t->file != NULL && point < t->points; point++)
        free(t->file[point]);
    free(t->file);
    for (size_t c = 0; c < t->count; c++)
        free(t->column[c].text);
    free(t->column);
}

static struct column *column_add(struct columns *t, const char *name, bool number,
                                 struct error *err) {
    struct column *wider = array_grow(t->column, t->count, &t->room, sizeof *wider, err);
    if (wider == NULL) return NULL;
    t->column = wider;
    const char **text = array_create(t->points, sizeof *text, err);
    if (text == NULL) return NULL;
    t->column[t->count] = (struct column){name, number, text};
    return &t->column[t->count++];
}

/* The column of a cell's name; `near`: where it was in the row before, most often right. */
static struct column *column_find(const struct columns *t, const char *name, size_t *near) {
    for (size_t k = 0; k < t->count; k++) {
        const size_t c = (*near + k) % t->count;
        if (strcmp(t->column[c].name, name) == 0) return *near = c + 1, &t->column[c];
    }
    return NULL;
}

static bool row_enter(struct columns *t, const struct row *row, size_t point,
                      struct error *err) {
    size_t near = 0;
    for (size_t k = 0; k < row->cells; k++) {
        const struct cell *cell = &row->cell[k];
        struct column *c = column_find(t, cell->name, &near);
        if (c == NULL) c = column_add(t, cell->name, cell->number, err);
        if (c == NULL) return false;
        c->number &= cell->number;
        c->text[point] = cell->text;
    }
    return true;
}

static bool files_enter(struct columns *t, const struct sweep *s, struct error *err) {
    struct column *c = column_add(t, "file", false, err);
    if (c == NULL || (t->file = array_create(t->points, sizeof *t->file, err)) == NULL)
        return false;
    for (size_t point = 0; point < t->points; point++)
        if ((c->text[point] = t->file[point] = sweep_point_name(s, point, ".h5", err)) ==
            NULL)
            return false;
    return true;
}

static bool axes_enter(struct columns *t, const struct sweep *s, struct error *err) {
    for (size_t a = 0; a < s->axes; a++) {
        const struct sweep_axis *axis = &s->axis[a];
        struct column *c = column_add(t, axis->key, sweep_axis_numeric(axis), err);
        if (c == NULL) return false;
        for (size_t point = 0; point < s->points; point++)
            c->text[point] = axis->value[sweep_index(s, point, a)];
    }
    return files_enter(t, s, err) && column_add(t, "status", false, err) != NULL &&
           column_add(t, "error", false, err) != NULL;
}

/* seconds: last, after results that only later points have. */
static void seconds_last(struct columns *t) {
    for (size_t c = 0; c + 1 < t->count; c++)
        if (strcmp(t->column[c].name, "seconds") == 0) {
            const struct column seconds = t->column[c];
            memmove(&t->column[c], &t->column[c + 1],
                    (t->count - c - 1) * sizeof *t->column);
            t->column[t->count - 1] = seconds;
            return;
        }
}

static bool columns_create(struct columns *t, const struct sweep *s, const struct row *row,
                           struct error *err) {
    *t = (struct columns){.points = s->points};
    if (!axes_enter(t, s, err)) return false;
    for (size_t point = 0; point < s->points; point++)
        if (!row_enter(t, &row[point], point, err)) return false;
    seconds_last(t);
    return true;
}

/* ---------------------------------------------------------------- CSV */

/* As RFC 4180 has it. */
static void csv_field(FILE *out, const char *text) {
    if (text == NULL) return;
    if (strpbrk(text, ",\"\n\r") == NULL) {
        fprintf(out, "%s", text);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void csv_print(FILE *out, const struct columns *t) {
    fprintf(out, "point");
    for (size_t c = 0; c < t->count; c++)
        fputc(',', out), csv_field(out, t->column[c].name);
    fputc('\n', out);
    for (size_t point = 0; point < t->points; point++) {
        fprintf(out, "%zu", point + 1);
        for (size_t c = 0; c < t->count; c++)
            fputc(',', out), csv_field(out, t->column[c].text[point]);
        fputc('\n', out);
    }
}

static bool csv_write(const struct columns *t, const char *path, struct error *err) {
    static const char head[] = "point,";
    FILE *out = part_open(path, head, err);
    if (out == NULL) return false;
    csv_print(out, t);
    return part_close(out, path, head, true, false, err);
}

/* ---------------------------------------------------------------- HDF5 */

static bool numbers_write(struct h5file *file, const struct columns *t,
                          const struct column *c, struct error *err) {
    double *value = array_create(t->points, sizeof *value, err);
    if (value == NULL) return false;
    for (size_t k = 0; k < t->points; k++)
        value[k] = c->text[k] != NULL ? strtod(c->text[k], NULL) : (double)NAN;
    const bool good = h5file_write(file, c->name, value, err);
    free(value);
    return good;
}

static bool texts_write(struct h5file *file, const struct columns *t,
                        const struct column *c, struct error *err) {
    const char **text = array_create(t->points, sizeof *text, err);
    if (text == NULL) return false;
    for (size_t k = 0; k < t->points; k++)
        text[k] = c->text[k] != NULL ? c->text[k] : "";
    const bool good = h5file_write_texts(file, c->name, text, err);
    free(text);
    return good;
}

static bool column_write(struct h5file *file, const struct columns *t,
                         const struct column *c, struct error *err) {
    const struct h5_array array = {.name = c->name,
                                   .layout = H5_FIXED,
                                   .text = !c->number,
                                   .rank = 1,
                                   .shape = {t->points},
                                   .axes = {"point"},
                                   .long_name = c->name};
    return h5file_define(file, &array, err) &&
           (c->number ? numbers_write(file, t, c, err) : texts_write(file, t, c, err));
}

/* The scale `point`, from 1. */
static bool scale_write(struct h5file *file, size_t points, struct error *err) {
    const struct h5_array scale = {.name = "point",
                                   .layout = H5_FIXED,
                                   .integer = true,
                                   .rank = 1,
                                   .shape = {points},
                                   .scale = true,
                                   .long_name = "point of the sweep"};
    int64_t *number = array_create(points, sizeof *number, err);
    if (number == NULL) return false;
    for (size_t k = 0; k < points; k++)
        number[k] = (int64_t)k + 1;
    const bool good = h5file_define(file, &scale, err) &&
                      h5file_write_integers(file, "point", number, err);
    free(number);
    return good;
}

/* What every part of a sweep agrees on: no date, no command line. */
static bool head_write(struct h5file *file, const struct sweep *s, struct error *err) {
    const struct config_node *title = config_find(config_root(s->config), "title");
    const char *const texts[][2] = {
        {"Conventions", "CF-1.8"},
        {"title", title != NULL && title->text != NULL ? title->text : s->options->config},
        {"source", "sweep of settings (fokker)"},
        {"creator", "fokker"},
        {"program_version", build_version},
        {"program_commit", build_commit}};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (!h5file_attribute_text(file, "/", texts[k][0], texts[k][1], err)) return false;
    return h5file_attribute_texts(file, "/", "vary", s->options->vary, s->axes, err) &&
           h5file_text(file, "config", config_text(s->config), err);
}

static bool hdf5_write(const struct sweep *s, const struct columns *t, const char *path,
                       struct error *err) {
    struct h5file *file = h5file_create(path, true, 0, err);
    if (file == NULL) return false;
    bool good = head_write(file, s, err) && scale_write(file, t->points, err);
    for (size_t c = 0; good && c < t->count; c++)
        good = column_write(file, t, &t->column[c], err);
    if (good) return h5file_close(file, err);
    h5file_discard(file);
    return false;
}

bool sweep_table_write(const struct sweep *s, const struct row *row, struct error *err) {
    struct columns t;
    char *csv = sweep_file(s, "sweep.csv", err);
    char *hdf5 = csv != NULL ? sweep_file(s, "sweep.h5", err) : NULL;
    const bool good = hdf5 != NULL && columns_create(&t, s, row, err);
    const bool written = good && csv_write(&t, csv, err) && hdf5_write(s, &t, hdf5, err);
    if (hdf5 != NULL) columns_finish(&t);
    free(hdf5);
    free(csv);
    return written;
}
