/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files beside the main one: nobody else's file is written over. What is ours is known by
 * its first bytes, its `head`; links, devices and pipes are never ours. A file that has to
 * be whole is written as PATH.part and then put in its place. */
#pragma once

#include "io/status.h"
#include <stdio.h>
#include <sys/types.h>

enum file_look {
    FILE_ABSENT,
    FILE_OURS,    /* a regular file that begins with the head, or an empty one */
    FILE_FOREIGN, /* a regular file that does not */
    FILE_SPECIAL, /* a link, folder, device or pipe */
};
/* What stands at a path; never waits (pipes) and never follows a link. */
enum file_look file_look(const char *path, const char *head);
/* Fails (ERROR_SETTINGS) unless it is absent or ours, in one sentence. */
MUST_CHECK bool file_check(const char *path, const char *head, struct error *err);
/* The same file, whatever the names? False where one is missing. */
bool file_same(const char *a, const char *b);

/* All of text at an offset, however often the system stops half-way. On failure errno says
 * why; ENOSPC where nothing more is taken. */
MUST_CHECK bool file_write_at(int file, const char *text, size_t length, off_t at);

/* PATH.part, new, for writing; one that an earlier run left is replaced. */
MUST_CHECK FILE *part_open(const char *path, const char *head, struct error *err);
/* Closes it; when everything was written (and good is true) it becomes PATH, otherwise it
 * is removed. sync: is on the disk before it has its name. Fails also where PATH is not
 * ours. */
MUST_CHECK bool part_close(FILE *part, const char *path, const char *head, bool good,
                           bool sync, struct error *err);
