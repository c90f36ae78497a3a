/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The law of one kind of process on one grid, from the initial density through the
 * learning-rate schedule. It is advanced from snapshot to snapshot, so that it has the same
 * bits however often a run was interrupted. */
#pragma once

#include "solver/laws/law_process.h"
#include "solver/linalg/half_sinks.h"

/* What a law is made from; all borrowed. */
struct law_source {
    const struct setup *setup;
    const struct monte_carlo_settings *chain; /* step, substeps, scheme of kind sde */
    const double *sgd_steps;                  /* [snapshots] */
    enum ensemble_kind kind;
    bool positive; /* linear deposits */
};

struct transfer; /* solver/transfer/transfer.h, law.h */
struct law;
struct grid_law {
    struct law_source of;
    const struct grid *grid; /* borrowed */
    double *start;           /* [cells] masses at time 0, ... */
    double absorbed;         /* ... and what an absorbing end has of them */
    size_t row;              /* snapshot that the law is at */
    size_t interval;         /* of process and transfer */
    struct law_process process;
    struct half_sinks half;    /* killing and resets of that interval; zeros: none */
    struct transfer *transfer; /* NULL until the first step */
    struct law *law;           /* the same */
    /* Sum over the steps so far of the largest ||dT/dw| - 1|: how unlike points were moved. */
    double unlike;
    double growth;  /* Sum of ln of the largest |dT/dw|, where that is above 1 */
    double choices; /* Sum of ln of the outcomes */
    bool narrow;    /* it began on less than a cell or two */
};

/* At snapshot 0. Of a point the masses are those of a deposit, which keeps its place exactly; of
 * a density as narrow as a cell those of deposits of smaller cells, which keep its mean and
 * variance; of any other those of its cells' averages. Fails as the process does, and without
 * memory; *out is fit for grid_law_finish also then. */
MUST_CHECK bool grid_law_create(struct grid_law *out, struct law_source of,
                                const struct grid *grid, struct error *err);
void grid_law_finish(struct grid_law *law); /* zeros are fine */
/* To snapshot `row`, through all between. Fails as the operator does, and when interrupted. */
MUST_CHECK bool grid_law_advance(struct grid_law *law, size_t row,
                                 const struct monitor *monitor, struct error *err);
/* [cells] where it is now, and the mass that was absorbed on the way. */
const double *grid_law_mass(const struct grid_law *law);
double grid_law_absorbed(const struct grid_law *law);
