/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/streams.h"
#include "io/stop.h"
#include "io/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char stream_name[] = "stdin";

bool stream_is(const char *name) {
    return name != NULL && strcmp(name, "-") == 0;
}

char *stream_read(struct error *err) {
    enum { LIMIT = (16 << 20) + 1 }; /* beyond that of settings, which says so */
    char piece[1 << 14];
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    size_t size = 0, zeros = 0;
    for (size_t n; size < LIMIT && (n = fread(piece, 1, sizeof piece, stdin)) > 0;
         size += n) {
        zeros += memchr(piece, '\0', n) != NULL;
        fwrite(piece, 1, n, text.out);
    }
    bool good = !ferror(stdin);
    if (!good)
        fail(err, ERROR_SETTINGS, "cannot read the standard input: %s", strerror(errno));
    if (good && zeros > 0)
        good = fail(err, ERROR_SETTINGS, "%s: a text may not contain the character \\0",
                    stream_name);
    return text_end(&text, good, err);
}

bool stream_file_begin(struct stream_file *f, struct error *err) {
    const char *below = getenv("TMPDIR");
    if (below == NULL || below[0] == '\0') below = "/tmp";
    if (isatty(STDOUT_FILENO))
        return fail(err, ERROR_SETTINGS,
                    "-o -: the standard output is a terminal; send it to a file or a pipe");
    const int length = snprintf(f->folder, sizeof f->folder, "%s/fokker-XXXXXX", below);
    if (length >= (int)sizeof f->folder || mkdtemp(f->folder) == NULL)
        return fail(err, ERROR_FILE, "cannot make a folder in %s: %s", below,
                    strerror(errno));
    snprintf(f->path, sizeof f->path, "%s/fokker.h5", f->folder);
    stop_file_begin(f->path);
    return true;
}

/* All bytes of a file. */
static bool copy(int from, struct error *err) {
    char piece[1 << 16];
    ssize_t n;
    while ((n = read(from, piece, sizeof piece)) > 0)
        for (ssize_t sent = 0, m; sent < n; sent += m)
            if ((m = write(STDOUT_FILENO, piece + sent, (size_t)(n - sent))) < 0)
                return fail(err, ERROR_FILE, "cannot write to the standard output: %s",
                            strerror(errno));
    return n == 0 ||
           fail(err, ERROR_FILE, "cannot read what was written: %s", strerror(errno));
}

static bool send_file(const char *path, struct error *err) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return true; /* nothing was begun */
    const bool good = copy(file, err);
    close(file);
    return good;
}

/* The file, and what lies beside it. */
static void remove_folder(const char *folder) {
    DIR *all = opendir(folder);
    for (struct dirent *one; all != NULL && (one = readdir(all)) != NULL;)
        unlinkat(dirfd(all), one->d_name, 0); /* not . and .. */
    if (all != NULL) closedir(all);
    rmdir(folder);
}

bool stream_file_end(struct stream_file *f, bool send, struct error *err) {
    const bool good = !send || send_file(f->path, err);
    remove_folder(f->folder);
    stop_file_end(f->path);
    return good;
}
