/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/sweep/sweep.h"
#include "io/h5file.h"
#include "io/part.h"
#include "io/text.h"
#include "solver/file/output.h"
#include "solver/file/record.h"
#include "solver/run/run.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_POINTS = 10000000, LONGEST_VALUE = 40, LONGEST_NAME = 100 };

/* ---------------------------------------------------------------- the axes */

static bool check_keys(const struct sweep *s, struct error *err) {
    for (size_t a = 0; a < s->axes; a++)
        for (size_t b = 0; b < a; b++)
            if (strcmp(s->axis[a].key, s->axis[b].key) == 0)
                return fail(err, ERROR_SETTINGS, "--vary %s comes twice", s->axis[a].key);
    return true;
}

static bool axes_read(struct sweep *s, struct error *err) {
    const size_t n = s->options->varied;
    if (n == 0)
        return fail(err, ERROR_SETTINGS,
                    "nothing to vary: give --vary KEY=A,B,C at least once");
    if ((s->axis = array_create(n, sizeof *s->axis, err)) == NULL) return false;
    for (s->points = 1; s->axes < n; s->axes++) {
        struct sweep_axis *axis = &s->axis[s->axes];
        if (!sweep_axis_read(s->options->vary[s->axes], axis, err))
            return sweep_axis_finish(axis), false;
        if (__builtin_mul_overflow(s->points, axis->count, &s->points) ||
            s->points > MOST_POINTS)
            s->points = MOST_POINTS + 1;
    }
    return check_keys(s, err) &&
           (s->points <= MOST_POINTS ||
            fail(err, ERROR_SETTINGS, "more than %d points in the sweep", MOST_POINTS));
}

static struct config *settings_of(const struct sweep_options *o, struct error *err) {
    return o->text == NULL ? config_load(o->config, err)
                           : config_parse(o->config, o->text, strlen(o->text), err);
}

struct sweep *sweep_create(const struct sweep_options *options, struct error *err) {
    struct sweep *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    *s = (struct sweep){.options = options};
    s->folder = options->folder != NULL ? text_create(err, "%s", options->folder)
                                        : spec_name(options->config, "_sweep", err);
    bool good = s->folder != NULL && (s->config = settings_of(options, err)) != NULL;
    if (!good && err->kind == ERROR_FILE) err->kind = ERROR_SETTINGS;
    if (good && axes_read(s, err)) return s;
    return sweep_destroy(s), NULL;
}

void sweep_destroy(struct sweep *s) {
    if (s == NULL) return;
    for (size_t a = 0; a < s->axes; a++)
        sweep_axis_finish(&s->axis[a]);
    free(s->axis);
    free(s->folder);
    config_destroy(s->config);
    free(s);
}

size_t sweep_index(const struct sweep *s, size_t point, size_t axis) {
    for (size_t a = s->axes - 1; a > axis; a--)
        point /= s->axis[a].count;
    return point % s->axis[axis].count;
}

/* ---------------------------------------------------------------- one point's settings */

struct assignments {
    size_t count;
    const char **text; /* [count] of --set, then of the axes; the texts are borrowed */
};

static bool assignments_create(const struct sweep *s, size_t point, struct assignments *a,
                               struct error *err) {
    const size_t fixed = s->options->assignments;
    a->count = fixed + s->axes;
    if ((a->text = array_create(a->count, sizeof *a->text, err)) == NULL) return false;
    for (size_t k = 0; k < fixed; k++)
        a->text[k] = s->options->assignment[k];
    for (size_t k = 0; k < s->axes; k++)
        a->text[fixed + k] = s->axis[k].assignment[sweep_index(s, point, k)];
    return true;
}

/* All points are of the settings that the sweep began with, although each reads the
 * file. */
static struct spec *point_spec(const struct sweep *s, const struct assignments *a,
                               struct error *err) {
    const char *file = s->options->config, *text = s->options->text;
    struct spec *spec = text != NULL ? spec_parse(file, text, a->count, a->text, err)
                                     : spec_load(file, a->count, a->text, err);
    if (spec == NULL || strcmp(config_text(spec->config), config_text(s->config)) == 0)
        return spec;
    fail(err, ERROR_SETTINGS, "%s was changed while the sweep went on", file);
    return spec_destroy(spec), NULL;
}

static char *point_text(const struct sweep *s, size_t point, struct error *err) {
    struct assignments a;
    if (!assignments_create(s, point, &a, err)) return NULL;
    char *text = spec_text(s->config, a.count, a.text, err);
    free(a.text);
    return text;
}

/* ---------------------------------------------------------------- names */

/* The last part of an axis's key; all of it when another axis ends like this one. */
static const char *short_key(const struct sweep *s, size_t axis) {
    const char *key = s->axis[axis].key, *dot = strrchr(key, '.');
    const char *last = dot != NULL ? dot + 1 : key;
    for (size_t a = 0; a < s->axes; a++) {
        const char *other = s->axis[a].key, *end = strrchr(other, '.');
        if (a != axis && strcmp(end != NULL ? end + 1 : other, last) == 0) return key;
    }
    return last;
}

/* Letters, digits and . + - of a text, the first of them; says whether that is all. */
static bool print_plain(FILE *out, const char *text) {
    bool changed = false;
    size_t n = 0;
    for (; text[n] != '\0' && n < LONGEST_VALUE; n++) {
        const bool plain = isalnum((unsigned char)text[n]) || strchr("._+-", text[n]);
        fputc(plain ? text[n] : '_', out);
        changed |= !plain;
    }
    return !changed && text[n] == '\0';
}

/* "T=0.002,interpretation=ito" (malloc'd). A value that had to be changed or cut ends with
 * ~ and its number on the axis, a name that is too long with ~~ and the point's: no two
 * points have one name. */
static char *point_name(const struct sweep *s, size_t point, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    FILE *out = text.out;
    for (size_t a = 0; a < s->axes; a++) {
        const size_t index = sweep_index(s, point, a);
        if (a > 0) fputc(',', out);
        print_plain(out, short_key(s, a));
        fputc('=', out);
        if (!print_plain(out, s->axis[a].value[index])) fprintf(out, "~%zu", index + 1);
    }
    char *name = text_end(&text, true, err);
    if (name != NULL &&
        text.size > LONGEST_NAME) /* a point's number has 8 digits at most */
        sprintf(name + LONGEST_NAME - 10, "~~%zu", point + 1);
    return name;
}

char *sweep_point_name(const struct sweep *s, size_t point, const char *suffix,
                       struct error *err) {
    char *name = point_name(s, point, err);
    char *whole = name != NULL ? text_create(err, "%s%s", name, suffix) : NULL;
    free(name);
    return whole;
}

char *sweep_file(const struct sweep *s, const char *name, struct error *err) {
    return text_create(err, "%s/%s", s->folder, name);
}

char *sweep_point_file(const struct sweep *s, size_t point, const char *suffix,
                       struct error *err) {
    char *name = sweep_point_name(s, point, suffix, err);
    char *path = name != NULL ? sweep_file(s, name, err) : NULL;
    free(name);
    return path;
}

/* ---------------------------------------------------------------- failures */

/* NAME.failed: one line, why; then the settings it failed with. */
static char *note_read(const char *path, const char *settings) {
    FILE *in = fopen(path, "rb");
    if (in == NULL) return NULL;
    char *note = NULL;
    size_t room = 0;
    const ssize_t length = getdelim(&note, &room, '\0', in);
    fclose(in);
    char *end = length > 0 ? strchr(note, '\n') : NULL;
    if (end == NULL || strcmp(end + 1, settings) != 0) return free(note), NULL;
    *end = '\0';
    return note;
}

static bool note_write(const char *path, const char *why, const char *settings,
                       struct error *err) {
    FILE *out = part_open(path, "", err);
    if (out == NULL) return false;
    fprintf(out, "%s\n%s", why, settings);
    return part_close(out, path, "", true, false, err);
}

static bool row_failed(struct row *row, const char *why, struct error *err) {
    return row_text(row, "status", "failed", err) && row_text(row, "error", why, err);
}

bool sweep_failed(const struct sweep *s, size_t point, const char *why, struct row *row,
                  struct error *err) {
    char *path = sweep_point_file(s, point, ".failed", err);
    char *text = path != NULL ? point_text(s, point, err) : NULL;
    const bool good = text != NULL && note_write(path, why, text, err);
    free(text);
    free(path);
    return good && row_failed(row, why, err);
}

/* ---------------------------------------------------------------- looking */

/* 1: finished, 0: not, -1: of other settings. A file that cannot be read was cut off. */
static int file_state(const char *path, const char *settings) {
    struct error ignored;
    char *text = NULL, *status = NULL;
    int state = 0;
    struct h5file *file = h5file_open(path, false, &ignored);
    if (file == NULL) return 0;
    if (h5file_read_text(file, "/entry/process/config", &text, &ignored)) {
        state = strcmp(text, settings) == 0 ? 0 : -1;
        if (state == 0 &&
            h5file_read_attribute_text(file, "/", "status", &status, &ignored))
            state = status_finished(status) && record_is_whole(file);
    }
    free(status);
    free(text);
    const bool closed = h5file_close(file, &ignored); /* nothing was written */
    (void)closed;
    return state;
}

static bool look(const char *path, const char *note_path, const char *settings,
                 struct row *row, struct error *err) {
    const int state = access(path, F_OK) == 0 ? file_state(path, settings) : 0;
    if (state < 0)
        return fail(err, ERROR_FILE,
                    "%s was written with other settings; --force replaces it, another -o "
                    "keeps it",
                    path);
    if (state > 0) return row_of_file(row, path, err);
    char *note = note_read(note_path, settings);
    const bool good =
        note != NULL ? row_failed(row, note, err) : row_text(row, "status", "pending", err);
    free(note);
    return good;
}

bool sweep_look(const struct sweep *s, size_t point, struct row *row, struct error *err) {
    char *path = sweep_point_file(s, point, ".h5", err);
    char *note = path != NULL ? sweep_point_file(s, point, ".failed", err) : NULL;
    char *text = note != NULL ? point_text(s, point, err) : NULL;
    const bool good = text != NULL && look(path, note, text, row, err);
    free(text);
    free(note);
    free(path);
    return good;
}

/* ---------------------------------------------------------------- running */

/* Stationary states, which can take long in two variables, are left to the run itself. */
bool sweep_check(const struct sweep *s, size_t point, struct error *err) {
    struct assignments a;
    struct run_outline plan = {0};
    if (!assignments_create(s, point, &a, err)) return false;
    struct spec *spec = point_spec(s, &a, err);
    if (spec != NULL) spec->analysis.stationary = false;
    const bool good = spec != NULL && run_check(spec, &plan, err);
    run_outline_finish(&plan);
    spec_destroy(spec);
    free(a.text);
    return good;
}

static bool run_point(const struct sweep *s, const struct assignments *a, const char *path,
                      const struct monitor *monitor, struct error *err) {
    const struct run_options options = {.output = path,
                                        .force = true,
                                        .command_line = s->options->command_line,
                                        .assignments = a->count,
                                        .assignment = a->text,
                                        .monitor = *monitor};
    struct run_result result = {0};
    struct spec *spec = point_spec(s, a, err);
    const bool good = spec != NULL && run(spec, &options, &result, err);
    run_result_finish(&result);
    spec_destroy(spec);
    return good;
}

bool sweep_run(const struct sweep *s, size_t point, const struct monitor *monitor,
               struct row *row, struct error *err) {
    struct assignments a = {0};
    char *path = sweep_point_file(s, point, ".h5", err);
    char *note = path != NULL ? sweep_point_file(s, point, ".failed", err) : NULL;
    bool good = note != NULL && assignments_create(s, point, &a, err);
    if (good) unlink(note);
    good = good && run_point(s, &a, path, monitor, err) && row_of_file(row, path, err);
    free(a.text);
    free(note);
    free(path);
    return good;
}

bool sweep_forget(const struct sweep *s, size_t point, struct error *err) {
    char *path = sweep_point_file(s, point, ".h5", err);
    char *note = path != NULL ? sweep_point_file(s, point, ".failed", err) : NULL;
    if (note != NULL && output_is_ours(path)) unlink(path);
    if (note != NULL) unlink(note);
    const bool good = note != NULL;
    free(note);
    free(path);
    return good;
}

/* ---------------------------------------------------------------- the folder */

int sweep_lock(const struct sweep *s) {
    const int lock = open(s->folder, O_RDONLY | O_CLOEXEC);
    if (lock < 0) return -1;
    while (flock(lock, LOCK_EX) != 0)
        if (errno != EINTR) return close(lock), -1;
    return lock;
}

void sweep_unlock(int lock) {
    if (lock >= 0) close(lock);
}
