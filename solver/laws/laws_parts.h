/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the laws of a run are made of; shared by laws.c, which makes and advances them,
 * law_cells.c, which chooses their cells, and laws_rows.c, which has them in the file. */
#pragma once

#include "solver/laws/law_error.h"
#include "solver/laws/laws.h"

/* One of the grids of a law, and what is measured on it. */
struct law_level {
    struct grid *grid;
    double *loss;     /* [cells] at the centres; NULL: none */
    double **region;  /* [regions][cells] weights */
    double *averages; /* [cells] of the law at hand */
};

/* The cells of a law: all of them, half and, where these can be halved, a quarter. */
struct law_cells {
    size_t finer, coarser; /* cells in one of the file's; of the file's in one of these */
    size_t levels;
    struct law_level level[LAW_LEVELS];
};

struct kind_law {
    enum ensemble_kind kind;
    const char *prefix, *whose, *of; /* "law_sgd", "SGD", "law of SGD" */
    struct law_cells cells;
    struct grid_law on[LAW_LEVELS];
    struct law_error error; /* of the snapshot at hand */
    double *density;        /* [cells of the file] */
    struct law_row *each;   /* [snapshots] */
};

struct laws {
    const struct setup *setup;
    const struct law_settings *settings;
    struct monte_carlo_settings chain; /* the spec's; step, substeps, scheme of kind sde */
    size_t finer, coarser;             /* of the settings, as in law_cells */
    bool chosen;                       /* cells: auto */
    double *sgd_steps;                 /* [snapshots] */
    size_t kinds;
    struct kind_law kind[ENSEMBLE_KINDS];
};

/* law.cells, to laws->finer, coarser and chosen. Fails (ERROR_SETTINGS, with its place). */
MUST_CHECK bool law_cells_read(struct laws *laws, struct error *err);
/* The grids for that many cells. Fails as grids do, with the place of law.cells. */
MUST_CHECK bool law_cells_create(struct law_cells *out, const struct laws *laws,
                                 size_t finer, size_t coarser, struct error *err);
/* Of a model that depends on the time: what is measured is that of time t. */
MUST_CHECK bool law_cells_set_time(struct law_cells *cells, const struct setup *setup,
                                   double t, struct error *err);
void law_cells_finish(struct law_cells *cells, size_t regions);
/* cells: auto. Is the error at snapshot `row` more than a tenth of the tolerance, and may twice
 * the cells help? Not where that has been tried in vain before, and not beyond some
 * thousands of them along an axis. */
bool law_cells_should_double(const struct laws *laws, const struct kind_law *law,
                             size_t row);

/* The node of law.KEY, or of law. */
const struct config_node *law_key(const struct laws *laws, const char *key);
/* Advances the law to snapshot `row`, and finds its density and each[row] but the distances. */
MUST_CHECK bool kind_law_advance(struct laws *laws, struct kind_law *law, size_t row,
                                 const struct monitor *monitor, struct error *err);
/* After each[rows] was read from a file: the cells that the last row had. */
MUST_CHECK bool kind_law_resume(struct laws *laws, struct kind_law *law, size_t rows,
                                struct error *err);
