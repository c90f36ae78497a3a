/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walkers of a run, beside its density: for each kind asked for, the process is built
 * from the same model, carried from snapshot to snapshot, counted on the same grid, and
 * compared with the density by statistics (solver/mc/compare). The first kind's fields are
 * called mc_..., a further kind's mc_sde_..., mc_gaussian_..., mc_sgd_...
 *
 * Kinds (docs/numerics.md 9.2):
 *     sgd       x <- x - eta g, g the mean gradient of a drawn batch: SGD itself
 *     gaussian  the same with normal noise of the batch's covariance
 *     sde       dx = (b + alpha D') dt + sqrt(2 D) dW, the Ito form of the interpretation
 *               alpha, in steps of (SGD step) / substeps. */
#pragma once

#include "solver/ensembles/ensemble.h"
#include "solver/file/attribute.h"
#include "solver/mc/compare.h"
#include "solver/settings/setup.h"

struct monte_carlo;

/* The law of the process that walkers of a kind simulate, where it is computed beside them
 * (solver/laws). Walkers are tested against it: whether they do what their process does is one
 * question, whether the density does another. */
struct ensemble_law {
    const double *density; /* [cells] of the present snapshot; NULL: not computed */
    double error;          /* of the probability of any set, at that snapshot */
    /* of the density of all snapshots so far against the law: */
    enum verdict verdict;
    double ks, ks_error; /* the largest distance, and what it is known to */
};

/* NULL without an error (err->kind ERROR_NONE) when the settings ask for no walkers. */
MUST_CHECK bool monte_carlo_create(const struct setup *setup, const char *path,
                                   struct monte_carlo **out, struct error *err);
/* Could they be created? With few of them. */
MUST_CHECK bool monte_carlo_check(const struct setup *setup, struct error *err);
void monte_carlo_destroy(struct monte_carlo *mc);

/* Quantity k that walkers have besides the twins of the density's
 * (solver/analysis/quantities.h), counted from 0; NULL behind the last. */
const struct quantity *monte_carlo_quantity(size_t k);
/* With the prefix of the walkers. */
extern const struct attribute_table monte_carlo_attributes;
/* Declares its fields. */
void monte_carlo_fields(const struct monte_carlo *mc, field_sink add, void *context);

/* Advances all walkers to snapshot `row` and puts their fields of that row, compared with
 * the density p[cells] and with their own laws. */
MUST_CHECK bool monte_carlo_snapshot(struct monte_carlo *mc, size_t row, const double *p,
                                     const struct ensemble_law law[ENSEMBLE_KINDS],
                                     struct record *record, const struct monitor *monitor,
                                     struct error *err);
/* After record_resume: takes what the first `rows` rows said; walkers from their checkpoint
 * when there is one. */
MUST_CHECK bool monte_carlo_resume(struct monte_carlo *mc, size_t rows,
                                   const struct record *record, struct error *err);
/* Saves the walkers beside the file (after an interruption); removes what was saved (after
 * the end). */
MUST_CHECK bool monte_carlo_save(struct monte_carlo *mc, struct error *err);
void monte_carlo_forget(struct monte_carlo *mc);

/* The cause where walkers and density differ: the walkers' step (tried with half of it),
 * the cells (tried with half of them), the way batches are drawn, or the equation. Where
 * the law is known it needs no trial, and tells too few walkers from a wrong equation. It is
 * put into the verdict's sentence; monte_carlo_cause.c. */
MUST_CHECK bool monte_carlo_explain(struct monte_carlo *mc, const struct record *record,
                                    const struct ensemble_law law[ENSEMBLE_KINDS],
                                    const struct monitor *monitor, struct error *err);

/* Verdicts as attributes of the file and as lines for the summary (FILE * behind void to
 * keep stdio out of here). */
MUST_CHECK bool monte_carlo_results(const struct monte_carlo *mc, size_t rows,
                                    struct record *record, struct error *err);
void monte_carlo_print(const struct monte_carlo *mc, size_t rows, void *stream);
/* The seed of the random numbers, for the file. */
int64_t monte_carlo_seed(const struct monte_carlo *mc);
