/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The scalar results of one output file as a row of named cells. Nothing is listed by name,
 * so that what a run learns to record appears by itself:
 *     the last value of every series    mean_x, variance_x, mass_in_wide, mc_mean_x, ...
 *     every result among the attributes of the file, and numbers among those of its
 *     datasets as DATASET_ATTRIBUTE     status, time_error_estimate, mc_verdict, ...
 *     seconds                           wall time
 * A series that shares its name with an attribute of the file is called NAME_at_end. */
#pragma once

#include "io/status.h"

struct cell {
    char *name;
    bool number; /* text is a number, in the fewest digits that give it back */
    char *text;
};

struct row {
    size_t cells, room;
    struct cell *cell;
};

/* Appends a cell (copied). A text is cut to one line. */
MUST_CHECK bool row_text(struct row *row, const char *name, const char *text,
                         struct error *err);
MUST_CHECK bool row_number(struct row *row, const char *name, double value,
                           struct error *err);
const struct cell *row_find(const struct row *row, const char *name); /* NULL: none */
/* Is the row's status that of a run that went to its end: complete or inaccurate? */
bool row_finished(const struct row *row);
bool status_finished(const char *status);
void row_finish(struct row *row);

/* Appends the results of a finished file. */
MUST_CHECK bool row_of_file(struct row *row, const char *path, struct error *err);

/* A row as text, for another process: one line a cell. row_decode appends to an empty row
 * what row_encode made (malloc'd). */
char *row_encode(const struct row *row, struct error *err);
MUST_CHECK bool row_decode(struct row *row, const char *text, struct error *err);
