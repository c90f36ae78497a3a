/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the user hears while a run goes: remarks, and how far it is. */
#pragma once

#include "solver/equation/march.h"
#include "solver/file/record.h"
#include "solver/run/options.h"

/* ---------------------------------------------------------------- remarks */

/* What the user was told. */
struct run_remarks {
    const struct run_options *options; /* who hears it */
    char line[12][512];
    size_t count;
    bool inaccurate; /* run_inaccurate was called */
};

/* Adds a remark: said at once, kept for the summary and the file. */
void run_remark(struct run_remarks *r, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same as "warning: ...": heard also by who wants no remarks. */
void run_warning(struct run_remarks *r, const char *format, ...) PRINTF_LIKE(2, 3);
/* A tolerance that is not met, or a number that cannot be trusted: a warning,
 * and the run ends with status "inaccurate" (exit status 3). */
void run_inaccurate(struct run_remarks *r, const char *format, ...) PRINTF_LIKE(2, 3);

/* ---------------------------------------------------------------- progress */

/* The row that is computed, and the batch that it is in; before the first batch of one row. */
struct run_place {
    size_t row;
    struct snapshot_batch batch;
};

/* How far the run is, and the monitors through which its parts say so. */
struct run_progress {
    const struct run_options *options; /* who hears it */
    double begin;                      /* wall clock */
    const char *part;      /* of the preparation, as told to the user; NULL: the rows */
    const char *doing;     /* of the rows: what was told last; NULL: nothing */
    double told;           /* the fraction of it that the user knows */
    struct monitor rows;   /* of the propagators: the fraction of a batch */
    struct monitor coarse; /* of those on the grids of accuracy: estimate */
    struct monitor walkers, laws; /* the fraction of the way to the next snapshot */
    struct parts parts;           /* run_begin_part, for those who have several */
    /* of the rows, from run_progress_follow on: */
    const double *time; /* [snapshots] */
    size_t snapshots;
    const struct run_place *place;
    bool has_walkers, has_laws;
    struct record *record; /* whose rows may wait while nothing else goes on; NULL: none */
};

/* The monitors point to *progress, which stays where it is. */
void run_progress_init(struct run_progress *progress, const struct run_options *options);
/* What the rows' fraction is told from; all is borrowed. */
void run_progress_follow(struct run_progress *progress, const struct setup *setup,
                         const struct run_place *place, bool has_walkers, bool has_laws);
/* Begins a part of the preparation, or (NULL) the rows. */
void run_begin_part(struct run_progress *progress, const char *name);
/* Seconds since the run began. */
double run_seconds(const struct run_progress *progress);
