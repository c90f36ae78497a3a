/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sweep: one settings file run at every point of a product of axes, the last axis
 * fastest. Each point has one output file in the sweep's folder, named by its values,
 *     wide_vs_narrow_sweep/T=0.002,interpretation=ito.h5
 * (letters, digits and . _ + - = , ~ alone, at most 100 of them), which, with sweep.settings (solver/sweep/sweep_folder.h), is the sweep's only memory: a
 * point is finished when its file says complete or inaccurate and holds the same settings.
 * Whatever else is there is done again from its start, since then the results are the same
 * bits however often the sweep was interrupted. A point that failed leaves its reason
 * beside it, in NAME.failed.
 *
 * Who runs the points, in which process, is the caller's business (solver/cli/sweep.c);
 * what is here can be called from many processes at once, each at its own points. */
#pragma once

#include "io/config.h"
#include "solver/sweep/sweep_axis.h"
#include "solver/sweep/sweep_row.h"

struct sweep_options {
    const char *config; /* settings file */
    const char *text;   /* the settings, where `config` is a name for them alone, or NULL */
    size_t assignments; /* of --set, for all points */
    const char *const *assignment;
    size_t varied; /* of --vary */
    const char *const *vary;
    const char *folder;       /* NULL: the settings file's name with _sweep, here */
    const char *command_line; /* for the files */
};

struct sweep {
    const struct sweep_options *options; /* borrowed */
    struct config *config;
    char *folder;
    size_t axes;
    struct sweep_axis *axis; /* [axes] */
    size_t points;           /* product of their counts */
};

/* Reads the settings file and the axes; ERROR_SETTINGS. Touches no file. */
MUST_CHECK struct sweep *sweep_create(const struct sweep_options *options,
                                      struct error *err);
void sweep_destroy(struct sweep *sweep); /* NULL is fine */

/* Index of a point's value on an axis. */
size_t sweep_index(const struct sweep *sweep, size_t point, size_t axis);
/* POINT, POINT.h5: a point's name in the folder, without and with a suffix (malloc'd). */
char *sweep_point_name(const struct sweep *sweep, size_t point, const char *suffix,
                       struct error *err);
/* FOLDER/NAME, FOLDER/POINT.h5 (malloc'd). */
char *sweep_file(const struct sweep *sweep, const char *name, struct error *err);
char *sweep_point_file(const struct sweep *sweep, size_t point, const char *suffix,
                       struct error *err);

/* What the folder says of a point. row: its status "complete" or "inaccurate" and results,
 * "failed" and the error, or "pending". Fails (ERROR_FILE) when its file is of other
 * settings. */
MUST_CHECK bool sweep_look(const struct sweep *sweep, size_t point, struct row *row,
                           struct error *err);
/* Everything up to its first time step, but for stationary states: are the settings
 * good? */
MUST_CHECK bool sweep_check(const struct sweep *sweep, size_t point, struct error *err);
/* Runs it from its start and reads its results back. The folder exists. */
MUST_CHECK bool sweep_run(const struct sweep *sweep, size_t point,
                          const struct monitor *monitor, struct row *row,
                          struct error *err);
/* Removes what there is of it, where that is fokker's, so that it is run anew. */
MUST_CHECK bool sweep_forget(const struct sweep *sweep, size_t point, struct error *err);
/* Remembers that it failed, and row says so. */
MUST_CHECK bool sweep_failed(const struct sweep *sweep, size_t point, const char *why,
                             struct row *row, struct error *err);

/* Keeps the folder for one process at a time, where its file system can; -1 where not. */
int sweep_lock(const struct sweep *sweep);
void sweep_unlock(int lock);
