/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One run: settings -> model -> grid -> generator -> propagator -> observe -> record. */
#pragma once

#include "solver/settings/spec.h"

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
    void (*say)(void *context, enum severity severity, const char *line);
    void *say_context;
    /* After each snapshot, row record_rows(record) - 1; false stops the run. NULL is fine. */
    bool (*snapshot)(void *context, const struct record *record, double time);
    void *snapshot_context;
};

struct run_result {
    char *summary;   /* what a person wants to know at the end, malloc'd: also after an
                        interruption; NULL when nothing was computed */
    bool inaccurate; /* a tolerance was not met or a number cannot be trusted; the remarks
                        say which */
    struct record *record; /* options.memory: every finished snapshot, also after a failure;
                              the caller's to record_close; NULL without any */
    char *path;            /* the file that was written, malloc'd; NULL: none */
    size_t rows;           /* finished snapshots in it, or in memory */
};
/* Frees the texts of it. */
void run_result_finish(struct run_result *result);

/* Runs it. On failure the file keeps every finished snapshot and says in its attribute
 * `status` why it ended: complete, inaccurate, interrupted or failed. */
MUST_CHECK bool run(const struct spec *spec, const struct run_options *options,
                    struct run_result *result, struct error *err);

/* What would be run: members as those of fokker_plan, malloc'd. */
struct run_outline {
    int variables;
    size_t cells, snapshots;
    double end;
    char *method, *remark, *summary;
};
void run_outline_finish(struct run_outline *outline);
/* Does this settings file make sense? All up to the first time step is made, and nothing is
 * solved. *outline is the caller's to finish, also after a failure. */
MUST_CHECK bool run_check(const struct spec *spec, struct run_outline *outline,
                          struct error *err);
