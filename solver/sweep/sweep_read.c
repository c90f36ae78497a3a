/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/sweep/sweep_read.h"
#include "io/h5file.h"
#include "io/text.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

char *sweep_table_path(const char *path, struct error *err) {
    const size_t length = strlen(path);
    const char *slash = length > 0 && path[length - 1] == '/' ? "" : "/";
    return is_folder(path) ? text_create(err, "%s%ssweep.h5", path, slash)
                           : text_create(err, "%s", path);
}

bool sweep_table_is(const char *path) {
    struct error ignored;
    if (is_folder(path)) return true;
    struct h5file *file = h5file_open(path, false, &ignored);
    if (file == NULL) return false;
    const bool table = h5file_has(file, "point") && h5file_has(file, "status");
    h5file_discard(file);
    return table;
}

const struct sweep_column *sweep_table_find(const struct sweep_table *t, const char *name) {
    for (size_t c = 0; c < t->columns; c++)
        if (strcmp(t->column[c].name, name) == 0) return &t->column[c];
    return NULL;
}

/* ---------------------------------------------------------------- columns */

struct reading {
    const struct h5file *file;
    struct sweep_table *table;
    size_t room;
};

static bool is_column(const struct sweep_table *t, const char *name,
                      const struct h5_extent *extent) {
    return extent->rank == 1 && extent->shape[0] == t->points && strcmp(name, "point") != 0;
}

static bool column_read(const struct reading *r, struct sweep_column *c, bool text,
                        struct error *err) {
    const size_t n = r->table->points;
    if (text)
        return (c->text = array_create(n, sizeof *c->text, err)) != NULL &&
               h5file_read_texts(r->file, c->name, c->text, n, err);
    return (c->number = array_create(n, sizeof *c->number, err)) != NULL &&
           h5file_read(r->file, c->name, c->number, n, err);
}

static bool add_column(void *context, const char *name, const struct h5_extent *extent,
                       struct error *err) {
    struct reading *r = context;
    struct sweep_table *t = r->table;
    if (!is_column(t, name, extent)) return true;
    struct sweep_column *wider =
        array_grow(t->column, t->columns, &r->room, sizeof *wider, err);
    if (wider == NULL) return false;
    t->column = wider;
    struct sweep_column *c = &t->column[t->columns++];
    return (c->name = text_create(err, "%s", name)) != NULL &&
           column_read(r, c, extent->text, err);
}

/* The keys are what stands before `file` and `status`. */
static bool find_keys(struct sweep_table *t, const char *path, struct error *err) {
    const struct sweep_column *status = sweep_table_find(t, "status");
    if (status == NULL || status->text == NULL)
        return fail(err, ERROR_FILE, "%s is not the table of a sweep: it has no status",
                    path);
    while (&t->column[t->keys] != status && strcmp(t->column[t->keys].name, "file") != 0)
        t->keys++;
    return true;
}

static bool head_read(const struct h5file *file, struct sweep_table *t, struct error *err) {
    return h5file_size(file, "point", &t->points, err) &&
           h5file_read_attribute_text(file, "/", "title", &t->title, err) &&
           h5file_read_attribute_text(file, "/", "program_version", &t->version, err);
}

static struct sweep_table *table_read_file(const char *path, struct error *err) {
    struct h5file *file = h5file_open(path, false, err);
    struct sweep_table *t = file != NULL ? array_create(1, sizeof *t, err) : NULL;
    struct reading r = {file, t, 0};
    const bool good = t != NULL && head_read(file, t, err) &&
                      h5file_each(file, add_column, &r, err) && find_keys(t, path, err);
    h5file_discard(file);
    if (good) return t;
    return sweep_table_destroy(t), NULL;
}

struct sweep_table *sweep_table_read(const char *path, struct error *err) {
    char *file = sweep_table_path(path, err);
    struct sweep_table *t = NULL;
    if (file != NULL && is_folder(path) && access(file, F_OK) != 0)
        fail(err, ERROR_FILE,
             "%s has no sweep.h5: a sweep writes its table when it ends; after a kill the "
             "same fokker sweep goes on",
             path);
    else if (file != NULL)
        t = table_read_file(file, err);
    free(file);
    return t;
}

void sweep_table_destroy(struct sweep_table *t) {
    if (t == NULL) return;
    for (size_t c = 0; c < t->columns; c++) {
        for (size_t k = 0; t->column[c].text != NULL && k < t->points; k++)
            free(t->column[c].text[k]);
        free(t->column[c].text);
        free(t->column[c].number);
        free(t->column[c].name);
    }
    free(t->column);
    free(t->title);
    free(t->version);
    free(t);
}
