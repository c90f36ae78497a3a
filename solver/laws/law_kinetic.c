/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/law_kinetic.h"
#include "solver/transfer/process_kinds.h"
#include <math.h>
#include <stdlib.h>

struct kinetic_process {
    struct process base;
    struct process *inner; /* in (x, v) */
    double half, scale;    /* eta / 2 */
};

static bool outcomes(const struct process *process, const double *w, void *scratch,
                     struct outcome *out, size_t *n, struct error *err) {
    const struct kinetic_process *p = (const struct kinetic_process *)process;
    const double v = w[1] / p->scale, state[2] = {w[0] - p->half * v, v};
    if (!p->inner->outcomes(p->inner, state, scratch, out, n, err)) return false;
    for (size_t k = 0; k < *n; k++) {
        double *to = out[k].landing;
        to[0] += p->half * to[1];
        to[1] *= p->scale;
    }
    return true;
}

static void *make_scratch(const struct process *process, struct error *err) {
    const struct kinetic_process *p = (const struct kinetic_process *)process;
    return p->inner->make_scratch(p->inner, err);
}

static void destroy(struct process *process) {
    process_destroy(((struct kinetic_process *)process)->inner);
    free(process);
}

/* The same cells with the velocities of SGD, for the density of nodes. */
static struct grid *grid_of_state(const struct grid *grid, double scale,
                                  struct error *err) {
    struct grid *state = grid_refine(grid, 1, err);
    for (size_t j = 0; state != NULL && j < state->axis[1]->cells; j++)
        state->axis[1]->width[j] /= fabs(scale);
    return state;
}

struct process *law_kinetic_create(const struct setup *setup,
                                   const struct kinetic_coefficients *law, bool normal,
                                   const struct grid *grid, struct error *err) {
    const struct model *m = setup->model;
    struct kinetic_process *p = array_create(1, sizeof *p, err);
    struct grid *state = p != NULL ? grid_of_state(grid, law->velocity_scale, err) : NULL;
    if (state == NULL) return free(p), NULL;
    p->half = 0.5 * m->interval[0].eta[0], p->scale = law->velocity_scale;
    p->inner = normal ? process_gaussian(m, 0, state, err) : process_sgd(m, 0, state, err);
    grid_destroy(state);
    if (p->inner == NULL) return free(p), NULL;
    p->base = (struct process){.dims = 2,
                               .most = p->inner->most,
                               .outcomes = outcomes,
                               .make_scratch = make_scratch,
                               .free_scratch = p->inner->free_scratch,
                               .destroy = destroy,
                               .name = p->inner->name};
    return &p->base;
}
