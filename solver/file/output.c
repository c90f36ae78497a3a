/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/output.h"
#include "io/h5file.h"
#include "io/part.h"
#include "solver/file/xdmf.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char signature[] = "\x89HDF\r\n\x1A\n";

/* The text `creator` of the root; NULL where it cannot be read. malloc'd. */
static char *creator_of(const char *path) {
    struct error ignored;
    char *creator = NULL;
    struct h5file *file = h5file_open(path, false, &ignored);
    if (file == NULL) return NULL;
    if (!h5file_read_attribute_text(file, "/", "creator", &creator, &ignored))
        creator = NULL;
    (void)!h5file_close(file, &ignored); /* nothing was written */
    return creator;
}

/* Of a file that cannot be read as HDF5: does its beginning name the program? */
static bool names_program(const char *path) {
    enum { BEGINNING = 1 << 18 };
    struct error ignored;
    char *text = array_create(BEGINNING, 1, &ignored);
    const int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const ssize_t size = text != NULL && file >= 0 ? read(file, text, BEGINNING) : 0;
    const bool named = size > 0 && memmem(text, (size_t)size, "fokker", 6) != NULL;
    if (file >= 0) close(file);
    free(text);
    return named;
}

bool output_is_ours(const char *path) {
    struct stat found;
    if (file_look(path, signature) != FILE_OURS) return false;
    if (stat(path, &found) == 0 && found.st_size == 0) return true;
    char *creator = creator_of(path);
    const bool ours =
        creator != NULL ? strcmp(creator, "fokker") == 0 : names_program(path);
    free(creator);
    return ours;
}

static bool place_check(const char *path, bool force, bool resume, struct error *err) {
    const enum file_look look = file_look(path, signature);
    struct stat found;
    if (look == FILE_ABSENT) return true;
    if (resume)
        return (stat(path, &found) == 0 && S_ISREG(found.st_mode)) ||
               fail(err, ERROR_SETTINGS, "%s is no regular file", path);
    if (look == FILE_SPECIAL)
        return fail(err, ERROR_SETTINGS, "%s is no regular file: not replaced", path);
    if (!force)
        return fail(err, ERROR_SETTINGS,
                    "%s exists already; --force overwrites it, another -o keeps it", path);
    return output_is_ours(path) ||
           fail(err, ERROR_SETTINGS,
                "%s exists and is no output file of fokker: not replaced", path);
}

bool output_check(const char *path, bool force, bool resume, struct error *err) {
    return place_check(path, force, resume, err) && xdmf_check(path, err);
}
