/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/part.h"
#include "io/stop.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------- looking */

enum file_look file_look(const char *path, const char *head) {
    char start[64];
    struct stat found;
    const size_t length = strlen(head) < sizeof start ? strlen(head) : sizeof start;
    if (lstat(path, &found) != 0) return errno == ENOENT ? FILE_ABSENT : FILE_SPECIAL;
    if (!S_ISREG(found.st_mode)) return FILE_SPECIAL;
    if (found.st_size == 0) return FILE_OURS;
    const int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const ssize_t size = file >= 0 ? pread(file, start, length, 0) : -1;
    if (file >= 0) close(file);
    return size == (ssize_t)length && memcmp(start, head, length) == 0 ? FILE_OURS
                                                                       : FILE_FOREIGN;
}

bool file_check(const char *path, const char *head, struct error *err) {
    const enum file_look look = file_look(path, head);
    if (look == FILE_FOREIGN)
        return fail(err, ERROR_SETTINGS, "%s exists and is not of fokker: not replaced",
                    path);
    return look != FILE_SPECIAL ||
           fail(err, ERROR_SETTINGS, "%s is no regular file: not replaced", path);
}

bool file_same(const char *a, const char *b) {
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* ---------------------------------------------------------------- writing */

bool file_write_at(int file, const char *text, size_t length, off_t at) {
    for (size_t done = 0; done < length;) {
        const ssize_t n = pwrite(file, text + done, length - done, at + (off_t)done);
        if (n > 0) done += (size_t)n;
        if (n == 0) errno = ENOSPC;
        if (n == 0 || (n < 0 && errno != EINTR)) return false;
    }
    return true;
}

static char *part_name(const char *path, struct error *err) {
    char *name = array_create(strlen(path) + sizeof ".part", 1, err);
    if (name != NULL) sprintf(name, "%s.part", path);
    return name;
}

static bool fail_write(struct error *err, const char *path) {
    return fail(err, ERROR_FILE, "cannot write %s: %s", path, strerror(errno));
}

FILE *part_open(const char *path, const char *head, struct error *err) {
    FILE *part = NULL;
    char *name = part_name(path, err);
    if (name == NULL || !file_check(name, head, err)) return free(name), NULL;
    unlink(name);
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    stop_file_begin(name);
    const int file = open(name, flags, 0666);
    if (file < 0 || (part = fdopen(file, "wb")) == NULL) fail_write(err, name);
    if (file >= 0 && part == NULL) close(file);
    if (part == NULL) stop_file_end(name);
    free(name);
    return part;
}

bool part_close(FILE *part, const char *path, const char *head, bool good, bool sync,
                struct error *err) {
    char *name = part_name(path, err);
    bool written = fflush(part) == 0 && !ferror(part);
    written = written && (!sync || fsync(fileno(part)) == 0);
    written = fclose(part) == 0 && written;
    if (name == NULL) return false;
    if (good && !written) good = fail_write(err, path);
    good = good && file_check(path, head, err);
    if (good && rename(name, path) != 0) good = fail_write(err, path);
    if (!good) unlink(name);
    stop_file_end(name);
    free(name);
    return good;
}
