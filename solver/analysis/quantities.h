/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run records of its density: one row a quantity, which declares its data set, fills it
 * at every snapshot (or once), restores what a resumed run needs of it, and is printed in the
 * manual. docs/extending.md says how one is added.
 *
 * Twins. What makes sense for other laws than the density of the run, e.g. the one that
 * walkers stand for, has `estimate` besides: PREFIX_mean_x comes from the row of mean_x. */
#pragma once

#include "solver/analysis/accuracy.h"
#include "solver/analysis/observe.h"
#include "solver/analysis/protocol.h"
#include "solver/analysis/resolution.h"
#include "solver/equation/evolution.h"
#include "solver/file/record.h"
#include "solver/mc/moments.h"

/* What rows are computed from; everything is borrowed. */
struct snapshot {
    /* of the run */
    const struct setup *setup;
    const struct grid *grid; /* that is solved on; the file has setup->grid */
    const struct resolution *resolution;
    const struct evolution *evolution;
    const struct observables *observables; /* of the snapshot's interval */
    const struct stationary *stationary;   /* [intervals] */
    const double *stationary_extrapolated; /* [cells of grid] or NULL */
    bool accuracy;              /* extrapolated, space and space_moments are there */
    const double *coefficients; /* 2-D: [5][cells] drift_x, drift_y, D_xx, D_xy, D_yy */
    const struct protocol *protocol; /* NULL: no loss that depends on the time */
    double *scratch;                 /* [cells + 1 of the file] for one array at a time */
    /* of this snapshot */
    size_t row, interval;
    double time, seconds, time_error;
    const double *density;     /* [cells of grid] cleaned */
    const double *flux;        /* [evolution_faces] */
    const double *region_mass; /* [regions] */
    struct observation seen;
    struct clean_up clean_up;
    struct current current; /* 2-D, and of a model that depends on the time */
    double adiabatic;       /* of its entropy production; of such a model */
    double truncated;       /* evolution_truncation_value */
    double lost[FATES];     /* killed, and gone through the ends, since the start */
    /* with accuracy: estimate */
    const double *extrapolated; /* [cells of grid] */
    struct space_error space;
    struct moments space_moments; /* of extrapolated, along x */
};

/* The largest and smallest of the snapshots so far. */
struct extremes {
    double time_error, negativity, mass_defect; /* largest */
    double min_density;                         /* smallest */
};

/* Walkers that a law is estimated from. */
struct sample {
    const struct walkers *walkers;
    struct sample_moments moments[2]; /* by dimension */
    const struct program *loss;       /* NULL: none */
    double temperature;               /* of their work; NaN: none */
    struct program *const *region;    /* [regions] conditions */
};

enum quantity_axis { NO_AXIS, X_AXIS, Y_AXIS };

/* i: of an axis 0 or 1, of a region its number. */
struct run_quantity {
    struct quantity quantity;
    enum quantity_axis axis;
    bool (*present)(const struct snapshot *); /* in this run; NULL: always */
    /* RECORD_VALUE, RECORD_INTEGER */
    double (*value)(const struct snapshot *, size_t i);
    const char *(*missing)(const struct snapshot *); /* why it has no value; or NULL */
    /* arrays: [of the file's size], in scratch or elsewhere */
    const double *(*array)(const struct snapshot *, size_t i, double *scratch);
    /* what the summary keeps of all snapshots; NULL: nothing */
    void (*keep)(struct extremes *, double value);
    /* of a sample, and *why there may be no value; NULL: has no twins */
    bool (*estimate)(const struct sample *, size_t i, struct estimate *out,
                     const char **why, struct error *err);
    bool (*sampled)(const struct sample *); /* can it be estimated? NULL: always */
    bool of_paths;                          /* a law at one time does not have it */
};

/* Rows in the order of the file. */
struct quantity_table {
    const struct run_quantity *row;
    size_t rows;
};
extern const struct quantity_table quantities_of_density;
extern const struct quantity_table quantities_of_accuracy; /* accuracy: estimate */

/* values[cells that are solved on] -> means over the file's cells in scratch, or values. */
const double *snapshot_file_cells(const struct snapshot *s, const double *values,
                                  double *scratch);

/* Is the adiabatic part of the entropy production recorded? */
bool snapshot_has_adiabatic(const struct snapshot *s);

/* The label of a row of quantities_of_density, which must be there. */
const char *quantity_label(const char *name);

/* Declares the rows that are present. Only the run's part of s is looked at. */
void quantities_declare(const struct quantity_table *table, const struct snapshot *s,
                        field_sink add, void *context);
/* Puts those that are written once, or the present row of those that grow with time. */
MUST_CHECK bool quantities_put(const struct quantity_table *table, const struct snapshot *s,
                               bool once, struct record *record, struct error *err);

/* What has been lost up to a row that is in the file, of a run with killing. */
MUST_CHECK bool quantities_lost(const struct record *record, size_t row, double lost[FATES],
                                struct error *err);
/* Takes a snapshot, or a row that is in the file, into the extremes. */
void extremes_keep(struct extremes *x, const struct snapshot *s);
MUST_CHECK bool extremes_restore(struct extremes *x, const struct record *record,
                                 size_t row, struct error *err);

/* Calls visit for each row that has twins in `dims` dimensions, those of x first, then y, then
 * without axis; for each region with its number and name. A family of twins declares and
 * fills its data sets in two such visits. False: visit returned false. */
typedef bool (*row_visit)(void *context, const struct run_quantity *row, size_t i,
                          const char *region, struct error *err);
MUST_CHECK bool quantities_each_twin(const struct setup *setup, row_visit visit,
                                     void *context, struct error *err);
