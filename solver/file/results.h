/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A finished output file read back: its grid, its times, the density as masses of cells and
 * the walkers as counts, for what is asked of results afterwards (compare_files,
 * fit_file). */
#pragma once

#include "grids/grid.h"
#include "io/h5file.h"
#include "solver/file/record_axes.h"

/* Walkers of one kind in a file. */
struct results_walkers {
    char prefix[32]; /* of their fields: "mc", "mc_sde" */
    char *kind;      /* "sgd", "gaussian", "sde" */
    uint64_t count;  /* as many as set out, absorbed ones too */
    double alpha;    /* interpretation that their steps discretise: 0 for sgd, gaussian */
    double tolerance;
};

struct results {
    const char *path; /* borrowed */
    struct h5file *file;
    struct axis_names axes;
    struct grid *grid;
    size_t rows;
    double *time; /* [rows] */
    double seed;
    size_t ensembles;
    struct results_walkers walkers[3];
    double *scratch; /* [cells] */
};

/* Fails (ERROR_FILE) on a file that is not fokker's or holds no snapshot. */
MUST_CHECK bool results_open(struct results *r, const char *path, struct error *err);
/* Also after a failed results_open. Fails where memory was short while it was read. */
MUST_CHECK bool results_close(struct results *r, struct error *err);

/* mass[cells] of the density at a snapshot. */
MUST_CHECK bool results_masses(const struct results *r, size_t row, double *mass,
                               struct error *err);
/* counts[cells] of walkers at a snapshot: the histogram times count and volume is an
 * integer to rounding, for counts below 10^14. */
MUST_CHECK bool results_counts(const struct results *r, const struct results_walkers *w,
                               size_t row, int64_t *counts, struct error *err);
/* One value of a series at a snapshot; NAN when the file has no such series. w: of these
 * walkers; NULL: of the density. */
double results_value(const struct results *r, const struct results_walkers *w,
                     const char *name, size_t row);
/* Its standard error; 0 for the density. */
double results_error(const struct results *r, const struct results_walkers *w,
                     const char *name, size_t row);

/* Says no, naming what differs, when cells or times are not the same; of two runs of
 * different length the common snapshots count: *rows of them. */
MUST_CHECK bool results_match(const struct results *a, const struct results *b,
                              size_t *rows, struct error *err);
