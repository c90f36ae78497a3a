/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/grid_law.h"
#include "io/numbers.h"
#include "solver/laws/roughness.h"
#include "solver/transfer/deposit.h"
#include "solver/transfer/law.h"
#include "solver/transfer/masses.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the start */

static void start_at(struct grid_law *l, double mass, const double at[2]) {
    const struct deposit d = deposit_at(l->grid, l->of.positive, at);
    for (int k = 0; k < d.n; k++)
        l->start[d.cell[k]] += mass * d.weight[k];
    l->absorbed += mass * d.absorbed;
}

/* Masses of the initial density at the centres of any cells. Positive ones are the cells'. */
static bool masses_of_start(const struct grid_law *l, const struct grid *grid, double *mass,
                            struct error *err) {
    double outside, *density = array_create(grid->cells, sizeof *density, err);
    bool good = density != NULL && setup_initial(l->of.setup, grid, density, &outside, err);
    if (good && !l->of.positive) good = masses_from_density(grid, density, mass, err);
    for (size_t i = 0; good && l->of.positive && i < grid->cells; i++)
        mass[i] = density[i] * grid->volume[i];
    free(density);
    return good;
}

/* Is it as narrow as a cell along an axis? */
static bool is_narrow(const struct grid *grid, const double *mass) {
    return numbers_largest(grid->cells, mass) > (grid->dims == 2 ? 0.1 : 0.3);
}

/* From the parts of cells cut into `by`, each a point; *narrow: these do not resolve it. */
static bool start_from_parts(struct grid_law *l, size_t by, bool *narrow,
                             struct error *err) {
    struct grid *parts = grid_refine(l->grid, by, err);
    double *mass = parts != NULL ? array_create(parts->cells, sizeof *mass, err) : NULL;
    const bool good = mass != NULL && masses_of_start(l, parts, mass, err);
    if (good) {
        const size_t nx = parts->axis[0]->cells;
        *narrow = is_narrow(parts, mass);
        memset(l->start, 0, l->grid->cells * sizeof *l->start);
        l->absorbed = 0;
        for (size_t i = 0; i < parts->cells; i++)
            if (mass[i] != 0)
                start_at(l, mass[i],
                         (double[]){parts->axis[0]->centre[i % nx],
                                    parts->dims == 2 ? parts->axis[1]->centre[i / nx] : 0});
    }
    free(mass);
    grid_destroy(parts);
    return good;
}

/* Averages over cells do not know where in them mass is: a start that is not smooth on them is
 * made of deposits of smaller cells, which keep the moments. */
static bool start(struct grid_law *l, struct error *err) {
    const size_t by = l->grid->dims == 2 ? 8 : 16, most = l->grid->dims == 2 ? 8 : 4096;
    const double rough = 0.1; /* of the largest mass: a normal law of 2.3 cells */
    struct roughness r;
    l->narrow = l->of.setup->at_point;
    if (l->narrow) return start_at(l, 1, l->of.setup->point), true;
    if (!masses_of_start(l, l->grid, l->start, err) ||
        !roughness_find(l->grid, l->start, &r, err))
        return false;
    l->narrow = is_narrow(l->grid, l->start);
    bool again =
        r.most > rough * numbers_largest(l->grid->cells, l->start) && !l->of.setup->thin;
    for (size_t parts = by; again && parts <= most; parts *= by)
        if (!start_from_parts(l, parts, &again, err)) return false;
    return true;
}

bool grid_law_create(struct grid_law *l, struct law_source of, const struct grid *grid,
                     struct error *err) {
    *l = (struct grid_law){.of = of, .grid = grid};
    return (l->start = array_create(grid->cells, sizeof *l->start, err)) != NULL &&
           law_process_create(&l->process, of.setup, of.chain, of.kind, 0, 0, grid, err) &&
           start(l, err);
}

void grid_law_finish(struct grid_law *l) {
    law_destroy(l->law);
    transfer_destroy(l->transfer);
    law_process_finish(&l->process);
    free(l->start);
    *l = (struct grid_law){0};
}

/* ---------------------------------------------------------------- steps */

/* The operator of the step at time t of an interval in place of the one before: one for all
 * steps, or of a model that depends on the time one for each. */
static bool enter(struct grid_law *l, size_t interval, double t,
                  const struct monitor *monitor, struct error *err) {
    const struct law_source *of = &l->of;
    const bool driven = of->setup->model->driven;
    if (l->law != NULL && interval == l->interval && !driven) return true;
    if (interval != l->interval || driven) {
        law_process_finish(&l->process);
        if (!law_process_create(&l->process, of->setup, of->chain, of->kind, interval, t,
                                l->grid, err))
            return false;
    }
    struct transfer *next =
        transfer_create(l->process.process, l->grid, of->positive, monitor, err);
    if (next == NULL) return false;
    if (l->law == NULL)
        l->law = law_create(next, l->start, l->absorbed, err);
    else
        law_switch(l->law, next);
    transfer_destroy(l->transfer);
    l->transfer = next;
    l->interval = interval;
    return l->law != NULL;
}

static bool to_next(struct grid_law *l, const struct monitor *monitor, struct error *err) {
    const double *steps = l->of.sgd_steps, *time = l->of.setup->time;
    const size_t row = l->row + 1,
                 interval = model_interval_at(l->of.setup->model, time[row]);
    const uint64_t sgd = (uint64_t)(steps[row] - steps[row - 1]),
                   more = sgd * l->process.substeps;
    const uint64_t operators = l->of.setup->model->driven ? more : 1;
    const double h = (time[row] - time[row - 1]) / (double)operators;
    for (uint64_t k = 0; k < operators; k++) {
        const double part = (double)sgd / (double)operators;
        if (!enter(l, interval, time[row - 1] + (double)k * h, monitor, err) ||
            !law_advance(l->law, more / operators, monitor, err))
            return false;
        l->unlike += part * l->transfer->uneven;
        l->growth += part * log(fmax(1, l->transfer->stretch));
        l->choices += part * log((double)l->process.process->most);
    }
    l->row = row;
    return true;
}

bool grid_law_advance(struct grid_law *l, size_t row, const struct monitor *monitor,
                      struct error *err) {
    while (l->row < row)
        if (!to_next(l, monitor, err)) return false;
    return true;
}

const double *grid_law_mass(const struct grid_law *l) {
    return l->law != NULL ? l->law->mass : l->start;
}

double grid_law_absorbed(const struct grid_law *l) {
    return l->law != NULL ? l->law->absorbed : l->absorbed;
}
