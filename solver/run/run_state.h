/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that one run holds while it goes; shared by the files of solver/run only. */
#pragma once

#include "solver/analysis/accuracy.h"
#include "solver/analysis/modes.h"
#include "solver/analysis/quantities.h"
#include "solver/analysis/resolution.h"
#include "solver/ensembles/monte_carlo.h"
#include "solver/equation/evolution.h"
#include "solver/escape/escape.h"
#include "solver/file/attribute.h"
#include "solver/laws/laws.h"
#include "solver/run/run.h"

/* How far it is, and the monitors through which the parts say so. */
struct run_progress {
    double begin;          /* wall clock */
    const char *part;      /* of the preparation, as told to the user; NULL: the rows */
    double told;           /* the fraction of it that the user knows */
    struct monitor rows;   /* of the propagators: the fraction of a batch */
    struct monitor coarse; /* of those on the grids of accuracy: estimate */
    struct monitor walkers, laws; /* the fraction of the way to the next snapshot */
};

/* Of the rows so far, for the summary. */
struct run_tally {
    struct observation last;
    struct space_error last_space, worst_space; /* with accuracy: estimate */
    double time_error;                          /* of the last row */
    struct extremes extremes;
};

/* What the user was told. */
struct run_remarks {
    char line[12][512];
    size_t count;
    bool inaccurate; /* run_inaccurate was called */
};

struct run_state {
    struct run_progress progress;
    struct run_tally tally;
    struct run_remarks remarks;
    const struct spec *spec;
    const struct run_options *options;
    struct setup *setup;
    struct resolution resolution; /* of the cells that are solved on: */
    const struct grid *grid;      /* resolution.grid; the file has setup->grid */
    struct evolution *plain; /* on setup->grid, for escape and modes; may be evolution */
    struct observables *observables;
    struct evolution *evolution;
    struct accuracy *accuracy; /* NULL unless accuracy: estimate */
    /* [intervals] stationary state of each schedule interval; density NULL where there is
     * none */
    struct stationary *stationary;
    struct record *record;
    struct monte_carlo *monte_carlo; /* NULL without walkers */
    struct laws *laws;               /* NULL without any */
    struct escape *escape;           /* NULL without analysis.escape */
    struct modes *modes;             /* NULL without analysis.modes */
    char *path;

    size_t skip;          /* rows that the file has already (resume) */
    size_t row;           /* next row */
    double *density;      /* [cells of grid] of row - 1, cleaned */
    double *start;        /* [cells of grid] of row 0 */
    double *extrapolated; /* [cells of grid] or NULL */
    double *flux;         /* [evolution_faces] */
    double *scratch;      /* [cells + 1 of the file] an array on its way into it */
    double *region_mass;  /* [regions] */
    double start_mass;
    double batch_error; /* time error of the density that the present batch started from */
    double truncated;   /* evolution_truncation_value of row - 1 */
    struct snapshot_batch batch;

    struct current stationary_current; /* of the last interval's stationary density */
    double *stationary_extrapolated;   /* [cells] the same; NULL where there is none */
    double stationary_error;           /* its space error, L1 */
};

/* Adds a remark: said at once, kept for the summary and the file. */
void run_remark(struct run_state *s, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same as "warning: ...": heard also by who wants no remarks. */
void run_warning(struct run_state *s, const char *format, ...) PRINTF_LIKE(2, 3);

/* A tolerance that is not met, or a number that cannot be trusted: a warning,
 * and the run ends with status "inaccurate" (exit status 3). */
void run_inaccurate(struct run_state *s, const char *format, ...) PRINTF_LIKE(2, 3);

/* Begins a part of the preparation, or (NULL) the rows. */
void run_begin_part(struct run_state *s, const char *name);
void run_progress_init(struct run_state *s);
/* Seconds since the run began. */
double run_seconds(const struct run_state *s);

/* solver/run/prepare.c: all that is computed before the first row; run_state_finish frees
 * it. */
MUST_CHECK bool run_prepare(struct run_state *s, struct error *err);
void run_state_finish(struct run_state *s);

/* solver/run/remarks.c: what the user should know before trusting the result. */
MUST_CHECK bool remark_on_curvature(struct run_state *s, struct error *err);
/* "note: no part of the grid lies in the region far"; false: every region has some. */
enum { EMPTY_REGIONS_TEXT = 280 };
bool empty_regions(const struct setup *setup, const struct observables *observables,
                   char text[EMPTY_REGIONS_TEXT]);
void remark_on_regions(struct run_state *s);
void remark_on_stationary(struct run_state *s);
void remark_on_splitting(struct run_state *s);
void remark_on_production(struct run_state *s); /* once stationary_current is known */
void remark_on_truncation(struct run_state *s); /* at the end */
void remark_on_laws(struct run_state *s);       /* at the end */
void remark_on_fills(struct run_state *s);      /* values that do not exist; at the end */
void remark_on_accuracy(struct run_state *s);   /* at the end: were the tolerances met? */

/* solver/run/snapshot.c: fields of the file and one row of them. */
MUST_CHECK bool fields_declare(struct run_state *s, struct error *err);
MUST_CHECK bool fields_static(struct run_state *s, struct error *err);
/* Row s->row: p[cells] as the propagator gave it, cleaned into s->density. */
MUST_CHECK bool snapshot_record(struct run_state *s, const double *p, double time_error,
                                struct error *err);

/* solver/run/report.c: the summary for people (malloc'd), and its numbers as attributes of
 * the file. These are written twice: with the status "running" before the first row, which
 * gives each its place (what is known at the end only is NaN), and at the end. */
extern const struct attribute_table run_attributes;
char *run_summary(const struct run_state *s, const struct error *why, struct error *err);
MUST_CHECK bool run_results(struct run_state *s, const char *status, struct error *err);
