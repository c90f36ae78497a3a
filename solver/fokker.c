/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fokker.h"
#include "io/text.h"
#include "solver/fokker_parts.h"
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

const char *fokker_version(void) {
    return build_version;
}

const char *fokker_commit(void) {
    return build_commit;
}

bool fokker_is_threadsafe(void) {
    return h5file_is_threadsafe();
}

/* ---------------------------------------------------------------- errors */

bool door_tell(bool good, const struct error *err, struct fokker_error *error) {
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
    snprintf(error->key, sizeof error->key, "%s", err->place.key);
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

/* From a file, or where a text is given from that: file is then its name. */
static struct fokker_model *model_open(const char *file, const char *text,
                                       const char *const *changes, struct error_list *list,
                                       struct error *err) {
    struct numbers numbers = {0};
    if (file == NULL) return fail(err, ERROR_SETTINGS, "no settings were given"), NULL;
    struct fokker_model *m = array_create(1, sizeof *m, err);
    if (m == NULL) return NULL;
    if (!keep_changes(m, changes, err) || !numbers_begin(&numbers, err))
        return fokker_close(m), NULL;
    m->spec = spec_read(file, text, m->changes, (const char *const *)m->change, list, err);
    numbers_end(&numbers);
    if (m->spec != NULL) return m;
    fokker_close(m);
    return NULL;
}

struct fokker_model *fokker_open_listing(const char *file, const char *text,
                                         const char *const *changes,
                                         struct fokker_error *errors, size_t room,
                                         size_t *count) {
    struct error err = {0};
    struct error_list *list = array_create(1, sizeof *list, &err);
    struct fokker_model *m =
        list != NULL ? model_open(file, text, changes, list, &err) : NULL;
    const size_t found = list != NULL ? list->count : 0;
    *count = m != NULL ? 0 : found > 0 ? found : 1;
    if (*count > room) *count = room;
    for (size_t k = 0; k < *count; k++)
        door_tell(false, found > 0 ? &list->item[k] : &err, &errors[k]);
    free(list);
    return m;
}

struct fokker_model *fokker_open(const char *file, const char *const *changes,
                                 struct fokker_error *error) {
    struct fokker_error ignored;
    size_t count;
    struct fokker_model *m = fokker_open_listing(
        file, NULL, changes, error != NULL ? error : &ignored, 1, &count);
    if (m != NULL) door_tell(true, NULL, error);
    return m;
}

struct fokker_model *fokker_open_text(const char *text, const char *const *changes,
                                      struct fokker_error *error) {
    struct fokker_error ignored;
    size_t count;
    struct fokker_model *m =
        fokker_open_listing(text != NULL ? "settings" : NULL, text, changes,
                            error != NULL ? error : &ignored, 1, &count);
    if (m != NULL) door_tell(true, NULL, error);
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

static bool model_add(struct fokker_model *m, const char *name, int rank,
                      const size_t *shape, const double *value, struct error *err) {
    if (m == NULL) return fail(err, ERROR_SETTINGS, "there is no model");
    if (name == NULL || shape == NULL || value == NULL || rank < 1 || rank > 3)
        return fail(err, ERROR_SETTINGS,
                    "an array has a name, 1 to 3 dimensions and values");
    return spec_add_array(m->spec, name, (size_t)rank, shape, value, err);
}

bool fokker_add_array(struct fokker_model *m, const char *name, int rank,
                      const size_t *shape, const double *value,
                      struct fokker_error *error) {
    struct error err = {0};
    return door_tell(model_add(m, name, rank, shape, value, &err), &err, error);
}

static bool model_check(const struct fokker_model *m, struct run_outline *plan,
                        struct error *err) {
    struct numbers numbers = {0};
    if (m == NULL) return fail(err, ERROR_SETTINGS, "there is no model");
    if (!numbers_begin(&numbers, err)) return false;
    h5file_visit_begin();
    const bool good = run_check(m->spec, plan, err);
    h5file_visit_end();
    numbers_end(&numbers);
    return good;
}

bool fokker_check(const struct fokker_model *m, struct fokker_plan *plan,
                  struct fokker_error *error) {
    struct error err = {0};
    struct run_outline p = {0};
    const bool good = model_check(m, &p, &err);
    *plan = (struct fokker_plan){p.variables, p.cells,  p.snapshots, p.end,
                                 p.method,    p.remark, p.summary};
    return door_tell(good, &err, error);
}

void fokker_plan_finish(struct fokker_plan *plan) {
    if (plan == NULL) return;
    free(plan->method);
    free(plan->remark);
    free(plan->summary);
    memset(plan, 0, sizeof *plan);
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
    show->result->file = record_file(record);
    show->result->rows = record_rows(record);
    return h->snapshot(h->context, show->result, show->result->rows - 1, time);
}

static void show_remark(void *context, enum severity severity, const char *line) {
    const struct fokker_hooks *h = ((const struct show *)context)->hooks;
    if (severity == SEVERITY_WARNING && h->warning != NULL)
        h->warning(h->context, line);
    else if (h->remark != NULL)
        h->remark(h->context, line);
}

static void show_part(void *context, const char *name) {
    const struct fokker_hooks *h = ((const struct show *)context)->hooks;
    h->part(h->context, name);
}

static void show_doing(void *context, const char *what) {
    const struct fokker_hooks *h = ((const struct show *)context)->hooks;
    h->doing(h->context, what);
}

/* output NULL: in memory. */
static struct run_options options_of(const struct fokker_model *m, struct show *show,
                                     const struct fokker_output *output) {
    struct run_options o = {.memory = output == NULL,
                            .assignments = m->changes,
                            .assignment = (const char *const *)m->change,
                            .monitor = {show_progress, show},
                            .part = show->hooks->part != NULL ? show_part : NULL,
                            .doing = show->hooks->doing != NULL ? show_doing : NULL,
                            .say = show_remark,
                            .say_context = show,
                            .snapshot =
                                show->hooks->snapshot != NULL ? show_snapshot : NULL,
                            .snapshot_context = show};
    if (output == NULL) return o;
    o.output = output->file, o.force = output->replace, o.resume = output->resume;
    o.command_line = output->command_line;
    return o;
}

/* The same results once the run is over: its record, or its file again. */
static void take_result(struct fokker_result *r, struct run_result *out) {
    struct error ignored; /* what was written can be read, or there are no arrays */
    r->own = out->record;
    r->summary = out->summary, out->summary = NULL;
    r->read = out->path != NULL ? h5file_open(out->path, false, &ignored) : NULL;
    r->file = r->own != NULL ? record_file(r->own) : r->read;
    r->rows = out->rows;
    r->path = out->path, out->path = NULL;
    run_result_finish(out);
}

static bool model_run(const struct fokker_model *m, const struct fokker_output *output,
                      const struct fokker_hooks *hooks, struct fokker_result *result,
                      struct error *err) {
    static const struct fokker_hooks none;
    struct show show = {hooks != NULL ? hooks : &none, result};
    const struct run_options options = options_of(m, &show, output);
    struct numbers numbers = {0};
    struct run_result out;
    if (!numbers_begin(&numbers, err)) return false;
    const bool good = run(m->spec, &options, &out, err);
    numbers_end(&numbers);
    take_result(result, &out);
    result->status = !good            ? FOKKER_PARTIAL
                     : out.inaccurate ? FOKKER_INACCURATE
                                      : FOKKER_COMPLETE;
    return good;
}

static bool run_into(const struct fokker_model *m, const struct fokker_output *output,
                     const struct fokker_hooks *hooks, struct fokker_result **result,
                     struct fokker_error *error) {
    struct error err = {0};
    *result = NULL;
    if (m == NULL) {
        fail(&err, ERROR_SETTINGS, "there is no model");
        return door_tell(false, &err, error);
    }
    struct fokker_result *r = array_create(1, sizeof *r, &err);
    if (r == NULL) return door_tell(false, &err, error);
    h5file_visit_begin();
    const bool good = model_run(m, output, hooks, r, &err);
    h5file_visit_end();
    if (r->own != NULL || (output != NULL && r->summary != NULL))
        *result = r;
    else
        fokker_result_free(r);
    return door_tell(good, &err, error);
}

bool fokker_run(const struct fokker_model *m, const struct fokker_hooks *hooks,
                struct fokker_result **result, struct fokker_error *error) {
    return run_into(m, NULL, hooks, result, error);
}

bool fokker_run_to_file(const struct fokker_model *m, const struct fokker_output *output,
                        const struct fokker_hooks *hooks, struct fokker_result **result,
                        struct fokker_error *error) {
    static const struct fokker_output usual;
    return run_into(m, output != NULL ? output : &usual, hooks, result, error);
}
