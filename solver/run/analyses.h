/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run computes beside its density: walkers, laws, escape, modes, periodic state, work. All that is done with
 * each of them in turn is here; a new one is a member and its lines in analyses.c. */
#pragma once

#include "solver/analysis/floquet.h"
#include "solver/analysis/modes.h"
#include "solver/analysis/protocol.h"
#include "solver/ensembles/monte_carlo.h"
#include "solver/escape/escape.h"
#include "solver/laws/laws.h"
#include "solver/run/plan.h"

struct analyses {
    struct monte_carlo *monte_carlo; /* NULL without walkers */
    struct laws *laws;               /* NULL without any */
    struct escape *escape;           /* NULL without analysis.escape */
    struct modes *modes;             /* NULL without analysis.modes */
    struct floquet *floquet;         /* NULL without analysis.floquet */
    struct protocol *protocol;       /* NULL where the loss does not depend on the time */
};

/* Could they be made on this grid? */
MUST_CHECK bool analyses_check(const struct setup *setup, const struct evolution *evolution,
                               struct error *err);
/* Those that go along with the rows: laws and walkers. */
MUST_CHECK bool analyses_create(struct analyses *a, const struct plan *plan,
                                struct error *err);
/* Those that are computed before them: escape, modes, periodic state and work. */
MUST_CHECK bool analyses_compute(struct analyses *a, const struct plan *plan,
                                 struct run_progress *progress, struct error *err);
/* Then what takes long: the curve of an escape, and its walkers. */
MUST_CHECK bool analyses_arrivals(struct analyses *a, const struct run_progress *progress,
                                  struct error *err);
void analyses_finish(struct analyses *a);

/* Their fields in a file, and what is written once. */
void analyses_fields(const struct analyses *a, field_sink add, void *context);
MUST_CHECK bool analyses_record(const struct analyses *a, struct record *record,
                                struct error *err);
/* After record_resume with `rows` rows. */
MUST_CHECK bool analyses_resume(struct analyses *a, const struct plan *plan, size_t rows,
                                const struct record *record, struct error *err);
/* Row `row`, whose density[cells of the file] has the error density_error (L1; NaN: not
 * known). */
MUST_CHECK bool analyses_snapshot(struct analyses *a, size_t row, const double *density,
                                  double density_error, struct record *record,
                                  const struct run_progress *progress, struct error *err);
/* At the end: why walkers and density differ. */
MUST_CHECK bool analyses_explain(struct analyses *a, const struct record *record,
                                 const struct run_progress *progress, struct error *err);
/* Attributes of the file, and lines of the summary (FILE * behind void). */
MUST_CHECK bool analyses_results(const struct analyses *a, struct record *record,
                                 struct error *err);
void analyses_print(const struct analyses *a, size_t rows, void *stream);
/* What of them is not known as well as it should be. */
void analyses_remark(const struct analyses *, struct run_remarks *);
