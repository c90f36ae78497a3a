/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the caller of a run wants of it, and hears. */
#pragma once

#include "io/status.h"

struct record;

/* What is said is of use, or of weight: the result may not be what was wanted. */
enum severity { SEVERITY_REMARK, SEVERITY_WARNING };

struct run_options {
    bool memory;        /* no file at all: the results are run_result.record */
    const char *output; /* file to write; NULL: the settings' or the settings file's name
                           with .h5 */
    bool force;         /* an existing file may be replaced */
    bool resume;        /* an existing file is completed */
    const char *command_line; /* for the file */
    size_t assignments;       /* of --set, as given to spec_load: for the file */
    const char *const *assignment;
    /* tick: the fraction, never NAN, is of the part that began last: of the preparation
     * ("stationary states", "modes", ...), or (NULL) of the rows. Without a part function
     * the preparation stands at 0. say: a remark for the user, as soon as it is known; a
     * warning begins with that word. */
    struct monitor monitor;
    void (*part)(void *say_context, const char *name);
    /* What of the rows is computed: "density", "coarser grids", "walkers", "laws". NULL is fine. */
    void (*doing)(void *say_context, const char *what);
    void (*say)(void *context, enum severity severity, const char *line);
    void *say_context;
    /* After each snapshot, row record_rows(record) - 1; false stops the run. NULL is fine. */
    bool (*snapshot)(void *context, const struct record *record, double time);
    void *snapshot_context;
};
