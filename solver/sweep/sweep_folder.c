/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/sweep/sweep_folder.h"
#include "io/part.h"
#include "io/text.h"
#include "solver/file/output.h"
#include "solver/settings/spec.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char head[] = "# A sweep of fokker. ";

/* ---------------------------------------------------------------- the text */

static char *identity(const struct sweep *s, struct error *err) {
    struct text text = {0};
    char *settings =
        spec_text(s->config, s->options->assignments, s->options->assignment, err);
    if (settings != NULL && text_begin(&text, err)) {
        FILE *out = text.out;
        fprintf(out, "%sThe settings, then what --set and --vary changed:\n%s", head,
                settings);
        for (size_t a = 0; a < s->axes; a++) {
            fprintf(out, "# --vary %s=", s->axis[a].key);
            for (size_t k = 0; k < s->axis[a].count; k++)
                fprintf(out, "%s%s", k > 0 ? "," : "", s->axis[a].value[k]);
            fputc('\n', out);
        }
    }
    free(settings);
    return text_end(&text, true, err);
}

/* What stands in sweep.settings; NULL when it is no file of ours. malloc'd. */
static char *identity_read(const char *path) {
    if (file_look(path, head) != FILE_OURS) return NULL;
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t room = 0;
    if (in == NULL) return NULL;
    if (getdelim(&text, &room, '\0', in) < 0) free(text), text = NULL;
    fclose(in);
    return text;
}

/* ---------------------------------------------------------------- what is there */

static bool is_table(const struct sweep *s, struct error *err, bool *ours) {
    char *csv = sweep_file(s, "sweep.csv", err);
    char *hdf5 = csv != NULL ? sweep_file(s, "sweep.h5", err) : NULL;
    struct stat found;
    const bool table =
        hdf5 != NULL && (lstat(csv, &found) == 0 || lstat(hdf5, &found) == 0);
    const enum file_look look =
        table ? file_look(csv, "point,") : FILE_ABSENT; /* the first column */
    *ours = (look == FILE_OURS || look == FILE_ABSENT) &&
            (!table || lstat(hdf5, &found) != 0 || output_is_ours(hdf5));
    free(hdf5);
    free(csv);
    return table;
}

/* The first of the --vary lines of a sweep.settings, without the comment's sign; "". */
static const char *first_vary(const char *text) {
    const char *line = strstr(text, "\n# --vary ");
    return line != NULL ? line + strlen("\n# ") : "";
}

static bool refuse_other(const struct sweep *s, const char *there, const char *here,
                         struct error *err) {
    const char *vary = first_vary(there);
    const bool same_axes = strcmp(vary, first_vary(here)) == 0;
    return fail(err, ERROR_SETTINGS,
                "%.200s holds another sweep (%s%.*s); --force replaces its points and its "
                "table, another -o keeps them",
                s->folder, same_axes ? "of other settings; " : "",
                (int)(strcspn(vary, "\n") < 200 ? strcspn(vary, "\n") : 200), vary);
}

/* path: of sweep.settings; here: what it is to say. */
static bool contents_check(const struct sweep *s, const char *path, const char *here,
                           bool force, struct error *err) {
    bool ours = true;
    if (!file_check(path, head, err)) return false;
    char *there = identity_read(path);
    if (there != NULL && strcmp(there, here) == 0) return free(there), true;
    const bool other = there != NULL || is_table(s, err, &ours);
    bool good = true;
    if (!ours)
        good = fail(err, ERROR_SETTINGS,
                    "%.200s holds a sweep.csv or sweep.h5 that is not of fokker: give "
                    "another -o",
                    s->folder);
    else if (there != NULL && !force)
        good = refuse_other(s, there, here, err);
    else if (other && !force)
        good = fail(err, ERROR_SETTINGS,
                    "%.200s holds the table of a sweep, and no sweep.settings that says "
                    "which; --force replaces it, another -o keeps it",
                    s->folder);
    free(there);
    return good;
}

static bool folder_check(const struct sweep *s, const char *path, const char *here,
                         bool force, struct error *err) {
    struct stat found;
    if (stat(s->folder, &found) != 0) return true; /* making it will tell why */
    if (!S_ISDIR(found.st_mode))
        return fail(err, ERROR_SETTINGS, "%s is no folder; -o names the sweep's folder",
                    s->folder);
    return contents_check(s, path, here, force, err);
}

/* ---------------------------------------------------------------- making it */

/* Of two that come at once the second finds the first's, whole. */
static bool identity_write(const struct sweep *s, const char *path, const char *here,
                           bool force, struct error *err) {
    char *there = identity_read(path);
    const bool is_there = there != NULL && strcmp(there, here) == 0;
    free(there);
    if (is_there) return true;
    char *part = text_create(err, "%s.%ld.part", path, (long)getpid());
    if (part == NULL) return false;
    const int file = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    bool good = file >= 0 && file_write_at(file, here, strlen(here), 0);
    if (file >= 0) good = close(file) == 0 && good;
    if (good && (force || link(part, path) != 0))
        good = (!force && errno == EEXIST) || rename(part, path) == 0;
    if (!good) fail(err, ERROR_FILE, "cannot write %s: %s", path, strerror(errno));
    if (file >= 0) unlink(part);
    free(part);
    return good && folder_check(s, path, here, false, err);
}

static bool folder_make(const struct sweep *s, struct error *err) {
    struct stat found;
    if (mkdir(s->folder, 0777) == 0) return true;
    const int reason = errno;
    return stat(s->folder, &found) == 0 ||
           fail(err, ERROR_FILE, "cannot make the folder %s: %s", s->folder,
                strerror(reason));
}

static bool folder(const struct sweep *s, bool force, bool make, struct error *err) {
    char *here = identity(s, err);
    char *path = here != NULL ? sweep_file(s, "sweep.settings", err) : NULL;
    bool good = path != NULL && folder_check(s, path, here, force, err);
    if (good && make)
        good = folder_make(s, err) && identity_write(s, path, here, force, err);
    free(path);
    free(here);
    return good;
}

bool sweep_folder_check(const struct sweep *s, bool force, struct error *err) {
    return folder(s, force, false, err);
}

bool sweep_folder(const struct sweep *s, bool force, struct error *err) {
    return folder(s, force, true, err);
}
