/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the library's door share. */
#pragma once

#include "io/h5file.h"
#include "solver/file/record.h"
#include "solver/fokker.h"

struct fokker_result {
    const struct h5file *file; /* of one of the two below; NULL: there are no results yet */
    size_t rows;
    struct record *own;   /* in memory, once the run has ended */
    struct h5file *read;  /* the file that a run wrote */
    char *summary, *path; /* path: of that file; or NULL */
    enum fokker_status status;
};

/* What the caller gets to see of an error, if anything; returns `good`. */
bool door_tell(bool good, const struct error *err, struct fokker_error *error);
