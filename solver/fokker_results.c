/* SPDX-License-Identifier: GPL-3.0-or-later
 * The results of a run: in memory, or in a file. */
#include "io/text.h"
#include "solver/file/info.h"
#include "solver/fokker_parts.h"
#include <stdlib.h>
#include <string.h>

/* status: attribute of a file. */
static enum fokker_status status_of(const struct h5file *file) {
    struct error missing;
    char *word = NULL;
    enum fokker_status status = FOKKER_PARTIAL;
    if (!h5file_read_attribute_text(file, "/", "status", &word, &missing)) return status;
    if (strcmp(word, "complete") == 0) status = FOKKER_COMPLETE;
    if (strcmp(word, "inaccurate") == 0) status = FOKKER_INACCURATE;
    free(word);
    return status;
}

static bool load(struct fokker_result *r, const char *file, struct error *err) {
    if (file == NULL) return fail(err, ERROR_SETTINGS, "no file was given");
    if ((r->path = text_create(err, "%s", file)) == NULL ||
        !file_info(file, &r->summary, err) ||
        (r->file = r->read = h5file_open(file, false, err)) == NULL)
        return false;
    r->status = status_of(r->file);
    return h5file_rows(r->file, "time", &r->rows, err);
}

struct fokker_result *fokker_load(const char *file, struct fokker_error *error) {
    struct error err = {0};
    struct fokker_result *r = array_create(1, sizeof *r, &err);
    h5file_visit_begin();
    const bool good = r != NULL && load(r, file, &err);
    h5file_visit_end();
    door_tell(good, &err, error);
    if (good) return r;
    fokker_result_free(r);
    return NULL;
}

void fokker_result_free(struct fokker_result *r) {
    struct error ignored;
    if (r == NULL) return;
    h5file_visit_begin();
    (void)!record_close(r->own, &ignored);                       /* nothing of it is kept */
    if (r->read != NULL) (void)!h5file_close(r->read, &ignored); /* nothing was written */
    h5file_visit_end();
    free(r->summary);
    free(r->path);
    free(r);
}

enum fokker_status fokker_result_status(const struct fokker_result *r) {
    return r != NULL ? r->status : FOKKER_PARTIAL;
}

const char *fokker_summary(const struct fokker_result *r) {
    return r != NULL && r->summary != NULL ? r->summary : "";
}

const char *fokker_file(const struct fokker_result *r) {
    return r != NULL && r->path != NULL ? r->path : "";
}

size_t fokker_rows(const struct fokker_result *r) {
    return r != NULL ? r->rows : 0;
}

/* ---------------------------------------------------------------- arrays */

static const struct h5file *results_of(const struct fokker_result *r, struct error *err) {
    if (r != NULL && r->file != NULL) return r->file;
    fail(err, ERROR_SETTINGS, "there are no results");
    return NULL;
}

/* An attribute that is a text, or `otherwise`; malloc'd. */
static char *text_of(const struct h5file *file, const char *object, const char *name,
                     const char *otherwise, struct error *err) {
    struct error missing;
    char *text = NULL;
    if (h5file_read_attribute_text(file, object, name, &text, &missing)) return text;
    return text_create(err, "%s", otherwise);
}

/* The names of the axes: an array without any is its own, as time and the coordinates are. */
static bool axes_describe(const struct h5file *file, const char *name, bool one_row,
                          struct fokker_array *a, struct error *err) {
    char axis[128];
    for (int d = 0; d < a->rank; d++) {
        const bool found =
            h5file_axis(file, name, (unsigned)(d + one_row), axis, sizeof axis);
        const bool own = !found && h5file_is_axis(file, name);
        a->axis[d] = text_create(err, "%s", found ? axis : own ? name : "");
        if (a->axis[d] == NULL) return false;
    }
    return true;
}

/* Rank, shape and texts of the whole array, or of one of its rows. */
static bool array_describe(const struct h5file *file, const char *name, bool one_row,
                           struct fokker_array *a, struct error *err) {
    struct h5_extent extent;
    if (!h5file_has(file, name))
        return fail(err, ERROR_SETTINGS, "there is no array '%s'", name);
    if (!h5file_extent(file, name, &extent, err)) return false;
    if (one_row && !extent.grows)
        return fail(err, ERROR_SETTINGS, "'%s' is the same in all snapshots", name);
    a->rank = extent.rank - one_row;
    a->size = 1;
    for (int d = 0; d < 3; d++) {
        a->shape[d] = d < a->rank ? extent.shape[d + one_row] : 1;
        a->size *= a->shape[d];
    }
    a->integer = extent.integer;
    return axes_describe(file, name, one_row, a, err) &&
           (a->unit = text_of(file, name, "units", "1", err)) != NULL &&
           (a->long_name = text_of(file, name, "long_name", "", err)) != NULL &&
           (a->value = array_create(a->size, sizeof *a->value, err)) != NULL;
}

bool fokker_read(const struct fokker_result *r, const char *name, struct fokker_array *a,
                 struct fokker_error *error) {
    struct error err = {0};
    memset(a, 0, sizeof *a);
    h5file_visit_begin();
    const struct h5file *file = results_of(r, &err);
    const bool good = file != NULL && array_describe(file, name, false, a, &err) &&
                      h5file_read(file, name, a->value, a->size, &err);
    h5file_visit_end();
    if (!good) fokker_array_free(a);
    return door_tell(good, &err, error);
}

bool fokker_read_row(const struct fokker_result *r, const char *name, size_t row,
                     struct fokker_array *a, struct fokker_error *error) {
    struct error err = {0};
    memset(a, 0, sizeof *a);
    h5file_visit_begin();
    const struct h5file *file = results_of(r, &err);
    const bool good = file != NULL && array_describe(file, name, true, a, &err) &&
                      (row < fokker_rows(r) ||
                       fail(&err, ERROR_SETTINGS, "there is no snapshot %zu", row)) &&
                      h5file_read_row(file, name, row, a->value, a->size, &err);
    h5file_visit_end();
    if (!good) fokker_array_free(a);
    return door_tell(good, &err, error);
}

void fokker_array_free(struct fokker_array *a) {
    if (a == NULL) return;
    free(a->value);
    free(a->unit);
    free(a->long_name);
    for (int d = 0; d < 3; d++)
        free(a->axis[d]);
    memset(a, 0, sizeof *a);
}

struct each {
    void (*call)(void *context, const char *name);
    void *context;
};

static bool each_name(void *context, const char *name, const struct h5_extent *extent,
                      struct error *err) {
    const struct each *each = context;
    (void)extent, (void)err;
    each->call(each->context, name);
    return true;
}

bool fokker_each(const struct fokker_result *r,
                 void (*each)(void *context, const char *name), void *context,
                 struct fokker_error *error) {
    struct error err = {0};
    struct each call = {each, context};
    h5file_visit_begin();
    const struct h5file *file = results_of(r, &err);
    const bool good = file != NULL && h5file_each(file, each_name, &call, &err);
    h5file_visit_end();
    return door_tell(good, &err, error);
}

bool fokker_number(const struct fokker_result *r, const char *name, double *value,
                   struct fokker_error *error) {
    struct error err = {0}, missing;
    h5file_visit_begin();
    const struct h5file *file = results_of(r, &err);
    const bool good =
        file != NULL && (h5file_read_attribute_real(file, "/", name, value, &missing) ||
                         fail(&err, ERROR_SETTINGS, "there is no number '%s'", name));
    h5file_visit_end();
    return door_tell(good, &err, error);
}

static bool read_text(const struct h5file *file, const char *name, char **text,
                      struct error *err) {
    struct error missing;
    const bool settings = strcmp(name, "settings") == 0;
    return (settings ? h5file_read_text(file, "/entry/process/config", text, &missing)
                     : h5file_read_attribute_text(file, "/", name, text, &missing)) ||
           fail(err, ERROR_SETTINGS, "there is no text '%s'", name);
}

char *fokker_text(const struct fokker_result *r, const char *name,
                  struct fokker_error *error) {
    struct error err = {0};
    char *text = NULL;
    h5file_visit_begin();
    const struct h5file *file = results_of(r, &err);
    const bool good = file != NULL && read_text(file, name, &text, &err);
    h5file_visit_end();
    return door_tell(good, &err, error) ? text : NULL;
}

struct each_attribute {
    void (*call)(void *context, const char *name, bool is_text);
    void *context;
};

static bool each_attribute(void *context, const char *name, bool text, struct error *err) {
    const struct each_attribute *each = context;
    (void)err;
    each->call(each->context, name, text);
    return true;
}

bool fokker_each_attribute(const struct fokker_result *r,
                           void (*each)(void *context, const char *name, bool is_text),
                           void *context, struct fokker_error *error) {
    struct error err = {0};
    struct each_attribute call = {each, context};
    h5file_visit_begin();
    const struct h5file *file = results_of(r, &err);
    const bool good =
        file != NULL && h5file_each_attribute(file, "/", each_attribute, &call, &err);
    h5file_visit_end();
    return door_tell(good, &err, error);
}
