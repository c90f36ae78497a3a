/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The output file: its data sets, the NeXus groups that tell viewers what to plot, and the
 * protocol that keeps rows 0 .. len(/time)-1 whole whenever the program is killed:
 *     every time-dependent dataset of one or more rows, the length of time last
 *     (io/h5store.h), then RUN.xdmf2.
 *
 * Which data sets a run has, it declares: rows of quantity.h, as they are or as twins. Names
 * consist of letters, digits and _ and come after "density" in the alphabet (viewers open
 * the first). */
#pragma once

#include "grids/grid.h"
#include "solver/file/quantity.h"
#include <stdint.h>

struct record;

/* One dataset of the run. Borrowed while it is declared. */
struct record_field {
    const struct quantity *quantity;
    struct quantity_of of;
};

/* Takes fields from those who make them. */
typedef void (*field_sink)(void *context, const struct quantity *quantity,
                           struct quantity_of of);

/* What the file says of itself. All texts are needed but unit[], time_unit (NULL: "1"). */
struct record_header {
    const char *title;
    const char *variable[2]; /* the model's names of x and y */
    const char *unit[2];
    const char *time_name; /* "time", "steps" */
    /* never "seconds", "days", ...: xarray would turn them into dates */
    const char *time_unit;
    const char *command_line;
    const char *config_text; /* verbatim; what --set changed must show in it, or resuming
                                with other settings goes unseen */
    const char *program_version, *program_commit;
    const char *libraries, *compiler;
    const char *start_time; /* ISO 8601 */
    int64_t seed;
    int deflate; /* 0 (off) to 9 */
    /* axes that only some runs have */
    size_t exit_times; /* of the survival curve; 0: none */
    const double *exit_time;
    size_t exit_faces;   /* through which mass leaves, counted from 0; 0: none */
    size_t levels;       /* of a splitting, counted from 0; 0: none */
    size_t modes;        /* counted from 0; 0: none */
    size_t phases;       /* of a period; 0: none */
    const double *phase; /* their times */
};

/* Creates path and path's .xdmf2, which appear under their names with the first row (until
 * then: path.part): a run that fails before leaves nothing, and no earlier result is lost
 * for it. `density` must be among the fields; last_density comes
 * with it. The root attribute `status` is "running" until the caller says otherwise.
 * Everything is copied; grid is borrowed during the call. Fails on quantities that this
 * dimension does not have, existing files (unless force), and where the disk does. */
MUST_CHECK struct record *record_create(const char *path, bool force,
                                        const struct grid *grid,
                                        const struct record_header *header,
                                        const struct record_field *fields, size_t count,
                                        struct error *err);
/* The same in memory, without any file; it ends with record_close. */
MUST_CHECK struct record *record_create_in_memory(const struct grid *grid,
                                                  const struct record_header *header,
                                                  const struct record_field *fields,
                                                  size_t count, struct error *err);
/* Opens a file that an earlier run with the same arguments left, whole or killed: cuts it
 * to its whole rows, of which *rows tells the number. Refuses files of other settings,
 * another grid or other fields. */
MUST_CHECK struct record *record_resume(const char *path, const struct grid *grid,
                                        const struct record_header *header,
                                        const struct record_field *fields, size_t count,
                                        size_t *rows, struct error *err);
/* Flushes and closes; without any row it removes what it made. NULL is fine. */
MUST_CHECK bool record_close(struct record *record, struct error *err);

/* NaN and infinity: record_static, record_row_put and record_row_value fail (ERROR_RUN) on
 * them but in fields where they have a meaning (quantity.undefined), record_attribute_real
 * always. What has no value is filled with NaN by record_row_fill, or comes as
 * record_attribute_or, which both want to know why. */

/* A field that is written once, before the first row. After record_resume it is there
 * already, and this does nothing. */
MUST_CHECK bool record_static(struct record *record, const char *name, const double *values,
                              struct error *err);
/* The present row of a field; every declared one once between two commits, in any order. */
MUST_CHECK bool record_row_put(struct record *record, const char *name,
                               const double *values, struct error *err);
MUST_CHECK bool record_row_value(struct record *record, const char *name, double value,
                                 struct error *err);
MUST_CHECK bool record_row_integer(struct record *record, const char *name, int64_t value,
                                   struct error *err);
/* NaN in the present row of a field that has no value there; why: a constant text. */
MUST_CHECK bool record_row_fill(struct record *record, const char *name, const char *why,
                                struct error *err);
/* Why a row was filled so, the first reason since the file was opened; or NULL. */
const char *record_filled(const struct record *record);
/* Ends the present row, and makes it part of the file: at once, or where rows come quickly
 * together with the next ones (hold.h), at the latest with record_publish, an attribute,
 * record_status or record_close. In memory the first row alone does so at once. Fails
 * (ERROR_RUN) when a field was not put or time does not grow, and where the disk does: then
 * the rows that were held back are lost with it. */
MUST_CHECK bool record_commit(struct record *record, double time, struct error *err);
/* Makes all committed rows part of the file, before something that may take long. Fails where
 * the disk does. */
MUST_CHECK bool record_publish(struct record *record, struct error *err);
/* A sign of life between two rows: publishes those that have been held back long enough. */
MUST_CHECK bool record_go_on(struct record *record, struct error *err);

size_t record_rows(const struct record *record); /* committed */
/* The file, for reading what is in it: the rows that are published. */
struct h5file;
const struct h5file *record_file(const struct record *record);
/* A committed row ("time" is one too). */
MUST_CHECK bool record_read_row(const struct record *record, const char *name, size_t row,
                                double *values, struct error *err);

/* A result as an attribute of a field, or of the file ("/"). All are to be written once
 * before the first row, which gives them their places (a text has room for 511 bytes), and
 * may be written again: nothing in the file moves then. A new one after the first row is an
 * error. A row that was put and not committed is forgotten. */
MUST_CHECK bool record_attribute_real(struct record *record, const char *object,
                                      const char *name, double value, struct error *err);
/* A value that may be NaN or infinite; then NAME_undefined says why. */
MUST_CHECK bool record_attribute_or(struct record *record, const char *object,
                                    const char *name, double value, const char *why,
                                    struct error *err);
MUST_CHECK bool record_attribute_integer(struct record *record, const char *object,
                                         const char *name, int64_t value,
                                         struct error *err);
MUST_CHECK bool record_attribute_text(struct record *record, const char *object,
                                      const char *name, const char *value,
                                      struct error *err);

/* An attribute that an earlier part of a resumed run left in the file, or `otherwise`. */
double record_recorded(const struct record *record, const char *name, double otherwise);
/* Is there a result of that name, a text? */
bool record_has_text(const struct record *record, const char *name);
/* The attribute `status`, after everything else that was written. */
MUST_CHECK bool record_status(struct record *record, const char *status, struct error *err);

/* Does every dataset of an open file have as many rows as time, and is the last one
 * whole? */
bool record_is_whole(const struct h5file *file);

/* Cuts a file to the rows that are whole and readable in every dataset (*rows of them),
 * renews last_density and the .xdmf2, and turns a status of "running" into
 * "interrupted". */
MUST_CHECK bool record_repair(const char *path, size_t *rows, struct error *err);
