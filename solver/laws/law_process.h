/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The process of a kind (ensemble.h) in one interval of the schedule, as the settings have
 * it: one step of it is one step of the walkers of that kind. */
#pragma once

#include "solver/ensembles/ensemble.h"
#include "solver/equation/kinetic.h"

struct process; /* solver/transfer/process.h */
struct law_process {
    struct process *process; /* NULL: none yet */
    struct interval_coefficients coefficients;
    struct kinetic_coefficients kinetic; /* dynamics: kinetic */
    uint64_t substeps;                   /* steps of the process in one SGD step */
};

/* Why the settings have no law of that kind, a sentence; or NULL. chain: step, substeps and
 * scheme of kind sde. */
const char *law_refusal(const struct setup *setup, const struct monte_carlo_settings *chain,
                        enum ensemble_kind kind);
/* t: the time at which the step begins, of a model that depends on it.
 * grid: of the law, for the density of nodes; not kept. setup is borrowed while the process
 * lives, and *out must stay where it is. */
MUST_CHECK bool law_process_create(struct law_process *out, const struct setup *setup,
                                   const struct monte_carlo_settings *chain,
                                   enum ensemble_kind kind, size_t interval, double t,
                                   const struct grid *grid, struct error *err);
void law_process_finish(struct law_process *process);
