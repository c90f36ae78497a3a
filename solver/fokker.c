/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fokker.h"
#include "io/h5file.h"
#include "io/text.h"
#include "solver/file/record.h"
#include "solver/run/run.h"
#include "solver/run/version.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fokker_model {
    struct spec *spec;
    size_t changes;
    char **change; /* [changes] as given, for the results' settings */
};

struct fokker_result {
    const struct record *record;
    struct record *own; /* the same once the run has ended */
    char *summary;
    enum fokker_status status;
};

const char *fokker_version(void) {
    return build_version;
}

/* ---------------------------------------------------------------- errors */

/* What the caller gets to see of an error, if anything; returns `good`. */
static bool tell(bool good, const struct error *err, struct fokker_error *error) {
    static const enum fokker_error_kind kind[] = {
        [ERROR_NONE] = FOKKER_NO_ERROR, [ERROR_SETTINGS] = FOKKER_SETTINGS,
        [ERROR_RUN] = FOKKER_RUN,       [ERROR_FILE] = FOKKER_FILE,
        [ERROR_MEMORY] = FOKKER_MEMORY, [ERROR_INTERRUPTED] = FOKKER_STOPPED};
    if (error == NULL) return good;
    memset(error, 0, sizeof *error);
    if (good) return true;
    error->kind = kind[err->kind];
    snprintf(error->message, sizeof error->message, "%s", err->message);
    snprintf(error->file, sizeof error->file, "%s", err->place.file);
    error->line = err->place.line, error->column = err->place.column;
    return false;
}

/* ---------------------------------------------------------------- numbers */

/* Settings and messages have decimal points, also in a program whose locale has commas. */
struct numbers {
    locale_t ours, before;
};

static bool numbers_begin(struct numbers *n, struct error *err) {
    const locale_t base = duplocale(uselocale((locale_t)0));
    n->ours = base != (locale_t)0 ? newlocale(LC_NUMERIC_MASK, "C", base) : (locale_t)0;
    if (n->ours == (locale_t)0) {
        if (base != (locale_t)0) freelocale(base);
        return fail(err, ERROR_MEMORY, "no memory for a locale");
    }
    n->before = uselocale(n->ours);
    return true;
}

static void numbers_end(const struct numbers *n) {
    uselocale(n->before);
    freelocale(n->ours);
}

/* ---------------------------------------------------------------- models */

static bool keep_changes(struct fokker_model *m, const char *const *changes,
                         struct error *err) {
    size_t count = 0;
    while (changes != NULL && changes[count] != NULL)
        count++;
    if ((m->change = array_create(count, sizeof *m->change, err)) == NULL) return false;
    for (; m->changes < count; m->changes++)
        if ((m->change[m->changes] = text_create(err, "%s", changes[m->changes])) == NULL)
            return false;
    return true;
}

/* From a file, or where that is NULL from a text. */
static struct fokker_model *model_open(const char *file, const char *text,
                                       const char *const *changes, struct error *err) {
    struct numbers numbers = {0};
    if (file == NULL && text == NULL)
        return fail(err, ERROR_SETTINGS, "no settings were given"), NULL;
    struct fokker_model *m = array_create(1, sizeof *m, err);
    if (m == NULL) return NULL;
    if (!keep_changes(m, changes, err) || !numbers_begin(&numbers, err))
        return fokker_close(m), NULL;
    const char *const *change = (const char *const *)m->change;
    m->spec = file != NULL ? spec_load(file, m->changes, change, err)
                           : spec_parse("settings", text, m->changes, change, err);
    numbers_end(&numbers);
    if (m->spec != NULL) return m;
    fokker_close(m);
    return NULL;
}

struct fokker_model *fokker_open(const char *file, const char *const *changes,
                                 struct fokker_error *error) {
    struct error err = {0};
    struct fokker_model *m = model_open(file, NULL, changes, &err);
    tell(m != NULL, &err, error);
    return m;
}

struct fokker_model *fokker_open_text(const char *text, const char *const *changes,
                                      struct fokker_error *error) {
    struct error err = {0};
    struct fokker_model *m = model_open(NULL, text, changes, &err);
    tell(m != NULL, &err, error);
    return m;
}

void fokker_close(struct fokker_model *m) {
    if (m == NULL) return;
    spec_destroy(m->spec);
    for (size_t k = 0; k < m->changes; k++)
        free(m->change[k]);
    free(m->change);
    free(m);
}

/* ---------------------------------------------------------------- runs */

struct show {
    const struct fokker_hooks *hooks;
    struct fokker_result *result;
};

static bool show_progress(void *context, double fraction) {
    const struct fokker_hooks *h = ((const struct show *)context)->hooks;
    return h->progress == NULL || h->progress(h->context, fraction);
}

static bool show_snapshot(void *context, const struct record *record, double time) {
    const struct show *show = context;
    const struct fokker_hooks *h = show->hooks;
    show->result->record = record;
    return h->snapshot == NULL ||
           h->snapshot(h->context, show->result, record_rows(record) - 1, time);
}

static void show_remark(void *context, enum severity severity, const char *line) {
    (void)severity;
    const struct fokker_hooks *h = ((const struct show *)context)->hooks;
    if (h->remark != NULL) h->remark(h->context, line);
}

static bool model_run(const struct fokker_model *m, const struct fokker_hooks *hooks,
                      struct fokker_result *result, struct error *err) {
    static const struct fokker_hooks none;
    struct show show = {hooks != NULL ? hooks : &none, result};
    const struct run_options options = {.memory = true,
                                        .assignments = m->changes,
                                        .assignment = (const char *const *)m->change,
                                        .monitor = {show_progress, &show},
                                        .say = show_remark,
                                        .say_context = &show,
                                        .snapshot = show_snapshot,
                                        .snapshot_context = &show};
    struct numbers numbers = {0};
    struct run_result out;
    if (!numbers_begin(&numbers, err)) return false;
    const bool good = run(m->spec, &options, &out, err);
    numbers_end(&numbers);
    result->record = result->own = out.record;
    result->summary = out.summary;
    result->status = !good            ? FOKKER_PARTIAL
                     : out.inaccurate ? FOKKER_INACCURATE
                                      : FOKKER_COMPLETE;
    return good;
}

bool fokker_run(const struct fokker_model *m, const struct fokker_hooks *hooks,
                struct fokker_result **result, struct fokker_error *error) {
    struct error err = {0};
    *result = NULL;
    if (m == NULL) {
        fail(&err, ERROR_SETTINGS, "there is no model");
        return tell(false, &err, error);
    }
    struct fokker_result *r = array_create(1, sizeof *r, &err);
    if (r == NULL) return tell(false, &err, error);
    h5file_visit_begin();
    const bool good = model_run(m, hooks, r, &err);
    h5file_visit_end();
    if (r->record != NULL)
        *result = r;
    else
        fokker_result_free(r);
    return tell(good, &err, error);
}

void fokker_result_free(struct fokker_result *r) {
    struct error ignored;
    if (r == NULL) return;
    h5file_visit_begin();
    (void)!record_close(r->own, &ignored); /* nothing of it is kept */
    h5file_visit_end();
    free(r->summary);
    free(r);
}

enum fokker_status fokker_result_status(const struct fokker_result *r) {
    return r != NULL ? r->status : FOKKER_PARTIAL;
}

const char *fokker_summary(const struct fokker_result *r) {
    return r != NULL && r->summary != NULL ? r->summary : "";
}

size_t fokker_rows(const struct fokker_result *r) {
    return r != NULL && r->record != NULL ? record_rows(r->record) : 0;
}

/* ---------------------------------------------------------------- arrays */

static const struct h5file *results_of(const struct fokker_result *r, struct error *err) {
    if (r != NULL && r->record != NULL) return record_file(r->record);
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
    return (a->unit = text_of(file, name, "units", "1", err)) != NULL &&
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
    return tell(good, &err, error);
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
    return tell(good, &err, error);
}

void fokker_array_free(struct fokker_array *a) {
    if (a == NULL) return;
    free(a->value);
    free(a->unit);
    free(a->long_name);
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
    return tell(good, &err, error);
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
    return tell(good, &err, error);
}

char *fokker_text(const struct fokker_result *r, const char *name,
                  struct fokker_error *error) {
    struct error err = {0}, missing;
    char *text = NULL;
    h5file_visit_begin();
    const struct h5file *file = results_of(r, &err);
    const bool good =
        file != NULL && (h5file_read_attribute_text(file, "/", name, &text, &missing) ||
                         fail(&err, ERROR_SETTINGS, "there is no text '%s'", name));
    h5file_visit_end();
    return tell(good, &err, error) ? text : NULL;
}
