/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/law_process.h"
#include "solver/laws/law_kinetic.h"
#include "solver/transfer/process_kinds.h"

static const char *refusal_of_sde(const struct setup *setup,
                                  const struct monte_carlo_settings *chain) {
    if (setup->model->kind == MODEL_DRIFT && !(chain->step > 0))
        return "kind sde of drift and diffusion is the chain of the walkers: it needs "
               "monte_carlo.step";
    if (chain->scheme == SDE_MILSTEIN && setup->grid->dims == 2)
        return "kind sde has monte_carlo.scheme: milstein, which is for one variable";
    return NULL;
}

static const char *refusal_of_sgd(const struct setup *setup) {
    const struct model *m = setup->model;
    if (m->kind == MODEL_DRIFT)
        return "drift and diffusion have no learning rate: their law is of kind sde";
    if (m->momentum > 0 && !spec_is_kinetic(setup->spec))
        return "with momentum the law of SGD lives in the parameter and its velocity, not "
               "in the parameter alone: take dynamics: kinetic, walkers, or kind sde";
    return NULL;
}

static const char *refusal_of_draws(const struct model *m) {
    if (m->kind == MODEL_LOSS)
        return "kind sgd needs examples (datapoints, or example_loss with data); a loss "
               "with noise has kind gaussian";
    if (m->sampling == RESHUFFLED && m->batch < m->examples)
        return "reshuffled epochs are no Markov chain in the parameters, as the examples "
               "that are left matter: SGD has no law of one step then; take walkers of "
               "kind sgd";
    return NULL;
}

const char *law_refusal(const struct setup *setup, const struct monte_carlo_settings *chain,
                        enum ensemble_kind kind) {
    const struct model *m = setup->model;
    if (model_has_stable_noise(m))
        return "stable noise jumps over any distance: its steps have no law on a grid; "
               "take walkers";
    if (kind == ENSEMBLE_SDE) return refusal_of_sde(setup, chain);
    const char *why = refusal_of_sgd(setup);
    return why != NULL || kind == ENSEMBLE_GAUSSIAN ? why : refusal_of_draws(m);
}

static struct process *sde_create(struct law_process *p, const struct setup *setup,
                                  const struct monte_carlo_settings *chain, size_t interval,
                                  double t, const struct grid *grid, struct error *err) {
    static const enum sde_scheme schemes[] = {SDE_EULER, SDE_MILSTEIN, SDE_HEUN};
    const struct model *m = setup->model;
    const double step = m->kind == MODEL_DRIFT ? chain->step : model_step_time(m, interval);
    const struct coefficients *c = &p->coefficients.coefficients;
    p->substeps = (uint64_t)chain->substeps;
    coefficients_at(m, interval, t, &p->coefficients);
    if (spec_is_kinetic(setup->spec)) c = &p->kinetic.coefficients;
    return process_sde(c, schemes[chain->scheme], step / (double)chain->substeps, grid,
                       err);
}

bool law_process_create(struct law_process *out, const struct setup *setup,
                        const struct monte_carlo_settings *chain, enum ensemble_kind kind,
                        size_t interval, double t, const struct grid *grid,
                        struct error *err) {
    const struct model *m = setup->model;
    const bool kinetic = spec_is_kinetic(setup->spec), normal = kind == ENSEMBLE_GAUSSIAN;
    *out = (struct law_process){.substeps = 1};
    if (kinetic && !kinetic_coefficients_find(setup, &out->kinetic, err)) return false;
    out->process = kind == ENSEMBLE_SDE
                       ? sde_create(out, setup, chain, interval, t, grid, err)
                   : kinetic ? law_kinetic_create(setup, &out->kinetic, normal, grid, err)
                   : normal  ? process_gaussian_at(m, interval, t, grid, err)
                             : process_sgd_at(m, interval, t, grid, err);
    return out->process != NULL;
}

void law_process_finish(struct law_process *p) {
    process_destroy(p->process);
    p->process = NULL;
}
