/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The march through the rows of a run, and what is kept of each. Written by run.c and
 * snapshot.c alone. */
#pragma once

#include "solver/analysis/quantities.h"
#include "solver/run/analyses.h"
#include "solver/run/plan.h"

/* Of the rows so far, for the summary. */
struct tally {
    struct observation last;
    double *region_mass;                        /* [regions] of the last row */
    struct space_error last_space, worst_space; /* with accuracy: estimate */
    double time_error;                          /* of the last row */
    double truncated; /* evolution_truncation_value of the last row */
    struct extremes extremes;
};

struct marching {
    const struct plan *plan;             /* borrowed, */
    struct analyses *analyses;           /* as this */
    const struct run_progress *progress; /* and this */
    struct tally tally;
    struct observables *observables;
    struct record *record;
    size_t skip; /* rows that the file has already (resume) */
    struct run_place place;
    double *density;      /* [cells of grid] of the last row, cleaned */
    double *extrapolated; /* [cells of grid] with accuracy: estimate */
    double *flux;         /* [evolution_faces] */
    double *scratch;      /* [cells + 1 of the file] an array on its way into it */
    double batch_error; /* time error of the density that the present batch started from */
    double lost[FATES]; /* by killing and through the ends, up to the last row */
    double destined[FATES]; /* lost + fate at the start of the present batch */
};

/* Arrays for the plan's grid, at no row yet. Fails as observables_create does and without
 * memory; fit for marching_finish also then. */
MUST_CHECK bool marching_create(struct marching *m, const struct plan *plan,
                                struct analyses *analyses,
                                const struct run_progress *progress, struct error *err);
/* Of all but the record. */
void marching_finish(struct marching *m);

/* m->record, new or resumed (m->skip rows), with the fields that this run has. */
MUST_CHECK bool fields_declare(struct marching *m, struct error *err);
MUST_CHECK bool fields_static(struct marching *m, struct error *err);
/* p[cells] as the propagator gave it -> m->density, cleaned; what was wrong with it. */
struct clean_up marching_clean(struct marching *m, const double *p);
/* What is seen of m->density becomes that of the last row. */
void marching_observe(struct marching *m);
/* Where there is killing, ledger.c: what the present batch starts with; what has been lost up to
 * m->density, that of m->place.row; the same from a row of the file. */
MUST_CHECK bool ledger_begin(struct marching *m, struct error *err);
MUST_CHECK bool ledger_take(struct marching *m, struct error *err);
MUST_CHECK bool ledger_read(struct marching *m, size_t row, struct error *err);
/* Row m->place.row: p[cells] as the propagator gave it. */
MUST_CHECK bool snapshot_record(struct marching *m, const double *p, double time_error,
                                struct error *err);
