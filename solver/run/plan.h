/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run is: settings, cells, the equation on them, its start and its stationary states.
 * Made before the first row (plan_output, plan_create, plan_stationary); afterwards
 * everybody has it as const struct plan *. The equations behind it are advanced by run.c alone. */
#pragma once

#include "solver/analysis/accuracy.h"
#include "solver/analysis/resolution.h"
#include "solver/equation/evolution.h"
#include "solver/run/progress.h"

struct plan {
    const struct spec *spec;           /* borrowed, */
    const struct run_options *options; /* as this */
    char *path;                        /* of the file, or a name for what is in memory */
    struct setup *setup;
    struct resolution resolution;
    const struct grid *grid; /* resolution.grid, solved on; the file has setup->grid */
    struct evolution *evolution;
    struct evolution *plain; /* on setup->grid, for escape and modes; may be evolution */
    struct accuracy
        *accuracy; /* NULL unless accuracy: estimate, or where the cells look wide */
    bool watched;  /* the latter: nothing of it is recorded but the largest error */
    bool blind;    /* they do, but cannot be halved twice */
    double *start; /* [cells of grid] density of row 0 */
    /* [intervals] stationary state of each interval of the schedule; density NULL where there
     * is none */
    struct stationary *stationary;
    /* of the last interval's, where it has a density: */
    struct current stationary_current;
    double *stationary_extrapolated; /* [cells of grid], NULL where there is none */
    double stationary_error;         /* its space error, L1 */
};

/* Of spec and options: the path, where a file may be written. Nothing is computed. */
MUST_CHECK bool plan_output(struct plan *plan, struct error *err);
/* The cells, the equation on them and the start. */
MUST_CHECK bool plan_create(struct plan *plan, struct run_progress *progress,
                            struct error *err);
/* What analysis.stationary asks for. */
MUST_CHECK bool plan_stationary(struct plan *plan, struct run_progress *progress,
                                struct run_remarks *remarks, struct error *err);
void plan_finish(struct plan *plan);

/* Of the last interval; density NULL where there is none. */
const struct stationary *plan_last_stationary(const struct plan *plan);
