/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One kind of walkers of a run: programs made from the model's expressions, one process for
 * each interval of the learning-rate schedule. With dynamics: kinetic, walkers of momentum SGD
 * are looked at as points (x, V) of the density's plane, in the middle of their last step;
 * those of kind sde live there, and know no walls but periodic ends. */
#pragma once

#include "solver/equation/kinetic.h"
#include "solver/mc/sinks.h"
#include "solver/mc/walkers.h"
#include "solver/settings/setup.h"

enum ensemble_kind { ENSEMBLE_SGD, ENSEMBLE_GAUSSIAN, ENSEMBLE_SDE };
enum { ENSEMBLE_KINDS = 3 };

/* The coefficients of an SDE that no single program computes: those of a data table (means
 * over the rows at every step), of a modified equation, or of a parameter and its
 * velocity. */
struct evaluated_process {
    struct interval_coefficients c;
    const struct coefficients *coefficients; /* &c.coefficients, or of the plane (x, v) */
    double weight;                           /* of the noise-induced drift */
    bool gaussian; /* G and C of one batch instead of drift and diffusion */
    bool milstein;
};

struct ensemble {
    enum ensemble_kind kind;
    const char *kind_name;
    char prefix[32]; /* "mc", or "mc_sde" for a further kind */
    size_t intervals;
    struct walkers_model *model; /* [intervals] */
    struct program **program;    /* [intervals]; NULL where table is used */
    struct program **rate; /* [intervals] learning rates that depend on t, else NULL */
    struct program *loss;  /* one that depends on t, whose work is summed; else NULL */
    struct evaluated_process *table; /* [intervals] */
    double *rows;                    /* [examples][columns] of a data table, for kind sgd */
    uint64_t *until; /* [intervals] walkers' steps at the end of an interval */
    struct walkers *walkers;
    struct walkers_sinks sinks;      /* of the model, where it has any */
    struct kinetic_coefficients law; /* dynamics: kinetic */
    struct walkers *points; /* dynamics: kinetic with momentum SGD: the walkers as (X, V);
                               else NULL */
    uint64_t substeps;      /* walkers' steps in one SGD step */
    double *sgd_steps;      /* [snapshots] SGD steps at each snapshot */
};

/* sgd, gaussian, sde. */
const char *ensemble_kind_name(enum ensemble_kind kind);
/* The kinds that the names in a monte_carlo section mean, in their order, each once. */
MUST_CHECK bool ensemble_kinds(const struct config_node *section, const struct texts *names,
                               enum ensemble_kind kind[ENSEMBLE_KINDS], size_t *count,
                               struct error *err);

/* The walkers of a kind and their process in every interval of the schedule. half: the same
 * with steps half as long along the same Brownian path (kind sde only; the full one is then
 * made `coarse`). Fails as the settings and the model do, or without memory; *e is fit for
 * ensemble_finish also then. */
MUST_CHECK bool ensemble_create(struct ensemble *e, const struct setup *setup,
                                const struct monte_carlo_settings *settings,
                                enum ensemble_kind kind, uint64_t stream, bool half,
                                struct error *err);
void ensemble_finish(struct ensemble *e);
/* From wherever the walkers are to snapshot `row`. */
MUST_CHECK bool ensemble_advance(struct ensemble *e, size_t row,
                                 const struct monitor *monitor, struct error *err);
/* The walkers in the variables of the grid, as ensemble_advance left them. */
static inline const struct walkers *ensemble_points(const struct ensemble *e) {
    return e->points != NULL ? e->points : e->walkers;
}
/* Steps of the walkers at a snapshot. */
uint64_t ensemble_steps_at(const struct ensemble *e, size_t row);
