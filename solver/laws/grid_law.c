/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/grid_law.h"
#include "solver/laws/law_sinks.h"
#include "solver/laws/law_start.h"
#include "solver/transfer/law.h"
#include "solver/transfer/masses.h"
#include <math.h>
#include <stdlib.h>

/* Where resets lead to a point they put mass on one again and again. */
static bool start(struct grid_law *l, struct error *err) {
    const struct setup *setup = l->of.setup;
    struct law_start s = {.grid = l->grid,
                          .setup = setup,
                          .density = setup_initial,
                          .at_point = setup->at_point,
                          .point = {setup->point[0], setup->point[1]},
                          .positive = l->of.positive,
                          .mass = l->start};
    const bool good = law_start_find(&s, err);
    l->absorbed = s.absorbed, l->narrow = s.narrow;
    return good;
}

bool grid_law_create(struct grid_law *l, struct law_source of, const struct grid *grid,
                     struct error *err) {
    *l = (struct grid_law){.of = of, .grid = grid};
    return (l->start = array_create(grid->cells, sizeof *l->start, err)) != NULL &&
           law_process_create(&l->process, of.setup, of.chain, of.kind, 0, 0, grid, err) &&
           start(l, err) && law_sinks_init(&l->half, l, 0, err);
}

void grid_law_finish(struct grid_law *l) {
    law_destroy(l->law);
    transfer_destroy(l->transfer);
    law_process_finish(&l->process);
    half_sinks_finish(&l->half);
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
    if (l->law != NULL && interval != l->interval) {
        half_sinks_finish(&l->half);
        if (!law_sinks_init(&l->half, l, interval, err))
            return transfer_destroy(next), false;
    }
    if (l->half.cells > 0) next->half = &l->half;
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
