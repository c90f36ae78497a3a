/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/starter.h"
#include "io/config.h"
#include "io/part.h"
#include "io/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 64 };
static const char mark[] = "THIS_FILE";

/* ---------------------------------------------------------------- the templates */

static const struct template *find(const char *name) {
    for (const struct template *t = templates; t->name != NULL; t++)
        if (strcmp(t->name, name) == 0) return t;
    return NULL;
}

/* A word that is nearly the name of a template is more likely that than a file's. */
static bool refuse_near(const char *name, struct error *err) {
    const char *words[MOST];
    size_t count = 0;
    for (const struct template *t = templates; t->name != NULL && count < MOST; t++)
        words[count++] = t->name;
    const char *near = strchr(name, '.') == NULL ? nearest_word(name, words, count) : NULL;
    return near == NULL ||
           fail(err, ERROR_SETTINGS,
                "no template '%s'; did you mean '%s'? (as the name of a file: fokker init "
                "-o %s; all: fokker init --list)",
                name, near, name);
}

char *starter_list(struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    for (const struct template *t = templates; t->name != NULL; t++)
        fprintf(text.out, "  %-12s  %.*s\n", t->name, (int)strcspn(t->text + 2, "\n"),
                t->text + 2);
    return text_end(&text, true, err);
}

/* The text with the name for every mark. */
static char *fill(const char *text, const char *name, struct error *err) {
    struct text out;
    if (!text_begin(&out, err)) return NULL;
    for (const char *next; (next = strstr(text, mark)) != NULL; text = next + strlen(mark))
        fprintf(out.out, "%.*s%s", (int)(next - text), text, name);
    fputs(text, out.out);
    return text_end(&out, true, err);
}

/* ---------------------------------------------------------------- files */

/* Nobody's file is lost: it is made only where there is none. */
static bool file_write_new(const char *path, const char *text, struct error *err) {
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0 && errno == EEXIST)
        return fail(err, ERROR_SETTINGS, "%s exists already; give another name (-o FILE)",
                    path);
    if (file < 0)
        return fail(err, ERROR_FILE, "cannot write %s: %s", path, strerror(errno));
    const bool written = file_write_at(file, text, strlen(text), 0);
    if (close(file) == 0 && written) return true;
    fail(err, ERROR_FILE, "cannot write %s: %s", path, strerror(errno));
    unlink(path);
    return false;
}

/* stem.yaml, after stem.csv where there is data. */
static bool template_write(const struct template *t, const char *stem, const char *path,
                           struct error *err) {
    const char *slash = strrchr(stem, '/');
    char *text = fill(t->text, slash != NULL ? slash + 1 : stem, err);
    char *data = text_create(err, "%s.csv", stem);
    bool good = text != NULL && data != NULL;
    const bool begun = good && t->data != NULL;
    if (begun) good = file_write_new(data, t->data, err);
    if (good && !file_write_new(path, text, err)) {
        good = false;
        if (begun) unlink(data);
    }
    free(data);
    free(text);
    return good;
}

/* name without .yaml */
static char *stem_of(const char *name, struct error *err) {
    static const char suffix[] = ".yaml";
    const size_t length = strlen(name), end = strlen(suffix);
    const bool has = length > end && strcmp(name + length - end, suffix) == 0;
    return text_create(err, "%.*s", (int)(has ? length - end : length), name);
}

char *starter_write(const char *name, const char *output, struct error *err) {
    const struct template *t = name != NULL ? find(name) : NULL;
    if (t == NULL && name != NULL && output != NULL)
        return fail(err, ERROR_SETTINGS, "no template '%s'; fokker init --list", name),
               NULL;
    if (t == NULL && name != NULL && !refuse_near(name, err)) return NULL;
    if (t == NULL) t = templates;
    const char *file = output != NULL ? output : name != NULL ? name : "experiment";
    char *stem = stem_of(file, err);
    char *path = stem != NULL ? text_create(err, "%s.yaml", stem) : NULL;
    const bool good = path != NULL && template_write(t, stem, path, err);
    free(stem);
    if (good) return path;
    return free(path), NULL;
}
