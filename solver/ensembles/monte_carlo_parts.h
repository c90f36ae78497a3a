/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the walkers of a run are made of; shared by monte_carlo.c, which makes, saves and
 * judges them, and monte_carlo_rows.c, which measures them for the file. */
#pragma once

#include "solver/ensembles/ensemble.h"
#include "solver/ensembles/monte_carlo.h"
#include "solver/mc/kde.h"
#include <time.h>

/* One ensemble with what is measured on it. */
struct part {
    struct ensemble ensemble, half; /* half: only with halve */
    char whose[32];       /* in labels: "walkers", of a further kind "SDE walkers" */
    bool halved, has_law; /* has_law: the law of its process is computed too */
    struct kde *kde;
    int64_t *counts;
    double *density, *error, *z, *mass; /* [cells] */
    struct comparison *each, *own;      /* [snapshots] with the density; with the own law */
    char *checkpoint[2];
    char cause[320]; /* of a difference, as far as it was found; else empty */
};

struct monte_carlo {
    const struct setup *setup;
    struct monte_carlo_settings settings;
    uint64_t hash;                  /* of the settings, for checkpoints */
    struct program **region, *loss; /* [regions] conditions; the loss, or NULL */
    double temperature;             /* of a loss that depends on t; NaN: none */
    size_t parts;
    struct part part[ENSEMBLE_KINDS];
    time_t saved;
};

/* The first row that is compared with density and law: not that of a start at one point,
 * whose figures are all NaN. */
size_t part_judged_from(const struct setup *setup);
struct comparison part_no_comparison(double tolerance);
/* The KS distance that may come of the cells over which density[cells] spread its start at
 * one point; 0 for every other start. */
double part_start_spread(const struct setup *setup, const double *density);
/* The verdict over all snapshots that were compared with the density. */
MUST_CHECK bool part_summary(const struct part *part, const struct setup *setup,
                             size_t rows, struct comparison_summary *out,
                             struct error *err);
/* The walkers, as they were counted, against the law of their process; nothing without
 * one. */
MUST_CHECK bool part_compare_with_law(struct part *part, const struct setup *setup,
                                      const struct ensemble_law *law, size_t row,
                                      struct error *err);
/* part->cause, where walkers and density do not agree. */
MUST_CHECK bool part_explain_by_law(struct part *part, const struct setup *setup,
                                    size_t rows, const struct ensemble_law *law,
                                    struct error *err);
/* Do the walkers follow the law of their process, over all snapshots but the first? */
MUST_CHECK bool part_own_law(const struct part *part, size_t rows,
                             struct comparison_summary *out, struct error *err);
/* The comparison of a row that the file has already (monte_carlo_rows.c, which wrote
 * it). */
MUST_CHECK bool part_read_comparison(struct part *part, const struct record *record,
                                     size_t row, double tolerance, struct error *err);
