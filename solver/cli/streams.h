/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings from the standard input (CONFIG is -), and an output file to the standard output
 * (-o -): HDF5 is written here and there in a file, so that one is made in a folder of its own
 * below $TMPDIR and sent when it is whole. */
#pragma once

#include "io/status.h"

/* What the settings of the standard input are called: in messages, and before .h5. */
extern const char stream_name[]; /* "stdin" */
bool stream_is(const char *name);

/* All of the standard input, malloc'd. ERROR_SETTINGS where it cannot be read or is no text. */
MUST_CHECK char *stream_read(struct error *err);

/* A file that is to be sent. */
struct stream_file {
    char folder[4096], path[4096 + 16];
};
/* Makes the folder; path is that of the file to come. ERROR_SETTINGS where the standard output is
 * a terminal, ERROR_FILE. */
MUST_CHECK bool stream_file_begin(struct stream_file *file, struct error *err);
/* Sends the file, if there is one and `send`, and removes all. */
MUST_CHECK bool stream_file_end(struct stream_file *file, bool send, struct error *err);
