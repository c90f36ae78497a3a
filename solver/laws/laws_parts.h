/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the laws of a run are made of; shared by laws.c, which makes and advances them, and
 * laws_rows.c, which has them in the file. */
#pragma once

#include "solver/laws/grid_law.h"
#include "solver/laws/laws.h"

struct kind_law {
    enum ensemble_kind kind;
    const char *prefix, *whose, *of; /* "law_sgd", "SGD", "law of SGD" */
    struct grid_law fine, half;
    double *density;      /* [cells of the file] */
    struct law_row *each; /* [snapshots] */
};

struct laws {
    const struct setup *setup;
    const struct law_settings *settings;
    struct monte_carlo_settings chain; /* step, substeps, scheme of kind sde */
    struct grid *grid, *half;          /* of the laws */
    size_t finer, coarser; /* cells in one of the file's; of the file's in one of these */
    double *sgd_steps;     /* [snapshots] */
    double *loss;          /* [cells of grid] at the centres; NULL: none */
    double **region;       /* [regions][cells of grid] weights */
    double *averages;      /* [cells of grid] of the law at hand */
    size_t kinds;
    struct kind_law kind[ENSEMBLE_KINDS];
};

/* Advances the law to snapshot `row`, and finds its density and each[row] but the distances. */
MUST_CHECK bool kind_law_advance(struct laws *laws, struct kind_law *law, size_t row,
                                 const struct monitor *monitor, struct error *err);
