/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The laws of discrete processes beside the density of a run: for each kind asked for, the
 * process is made from the same model, its law carried from snapshot to snapshot by the
 * transfer operator (solver/transfer), on cells of its own and, for their error, on half and a
 * quarter of them, and compared with the density. Fields are called law_sgd_..., law_gaussian_..., law_sde_...
 * Kinds are those of the walkers (solver/ensembles/monte_carlo.h). */
#pragma once

#include "solver/ensembles/monte_carlo.h"
#include "solver/file/attribute.h"
#include "solver/laws/law_verdict.h"

struct laws;

/* *out: NULL when the settings ask for none. Nothing is computed yet. setup is borrowed. Fails
 * (ERROR_SETTINGS, with its place) where there is no such law. */
MUST_CHECK bool laws_create(const struct setup *setup, struct laws **out,
                            struct error *err);
/* Would there be? Of a setup_plan too, whose grid may be thin. */
MUST_CHECK bool laws_check(const struct setup *setup, struct error *err);
void laws_destroy(struct laws *laws); /* NULL is fine */

/* Quantity k that laws have besides the twins of the density's (solver/analysis/quantities.h),
 * counted from 0; NULL behind the last. */
const struct quantity *laws_quantity(size_t k);
/* Declares the fields. Here and below laws may be NULL, which does nothing. */
void laws_fields(const struct laws *laws, field_sink add, void *context);
/* Advances all laws to snapshot `row`, compares them with density[cells of the file], whose
 * error is density_error (L1; NaN: not known), and puts their fields of that row. */
MUST_CHECK bool laws_snapshot(struct laws *laws, size_t row, const double *density,
                              double density_error, struct record *record,
                              const struct monitor *monitor, struct error *err);
/* After record_resume: takes what the first `rows` rows said. The laws themselves are computed
 * again, to the same bits. */
MUST_CHECK bool laws_resume(struct laws *laws, size_t rows, const struct record *record,
                            struct error *err);
/* What walkers are tested against after `rows` snapshots, by kind. */
void laws_of_walkers(const struct laws *laws, size_t rows,
                     struct ensemble_law law[ENSEMBLE_KINDS]);

/* What is known after `rows` snapshots, of law k < laws_count. */
size_t laws_count(const struct laws *laws);
struct law_result {
    enum ensemble_kind kind;
    const char *prefix, *whose; /* "law_sgd", "SGD" */
    struct law_verdict verdict;
    double tolerance;
    double wanted; /* of the law's error: it is not resolved where that is more */
    size_t cells, rows;
};
struct law_result laws_result(const struct laws *laws, size_t k, size_t rows);
/* As attributes of the file, and as lines for the summary (FILE * behind void to keep stdio out
 * of here). */
extern const struct attribute_table laws_attributes; /* of struct law_result */
MUST_CHECK bool laws_results(const struct laws *laws, size_t rows, struct record *record,
                             struct error *err);
void laws_print(const struct laws *laws, size_t rows, void *stream);
