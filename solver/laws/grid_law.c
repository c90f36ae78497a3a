/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/grid_law.h"
#include "solver/equation/march.h"
#include "solver/transfer/deposit.h"
#include "solver/transfer/law.h"
#include "solver/transfer/masses.h"
#include <math.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- the start */

static void start_at(struct grid_law *l, const double at[2]) {
    const struct deposit d = deposit_at(l->grid, l->of.positive, at);
    for (int k = 0; k < d.n; k++)
        l->start[d.cell[k]] += d.weight[k];
    l->absorbed = d.absorbed;
}

/* Positive masses of a density that is nowhere negative: its cells' own. */
static bool start_from(struct grid_law *l, const double *density, struct error *err) {
    if (!l->of.positive) return masses_from_density(l->grid, density, l->start, err);
    for (size_t i = 0; i < l->grid->cells; i++)
        l->start[i] = density[i] * l->grid->volume[i];
    return true;
}

static bool start(struct grid_law *l, struct error *err) {
    double outside;
    if (l->of.setup->at_point) return start_at(l, l->of.setup->point), true;
    double *density = array_create(l->grid->cells, sizeof *density, err);
    const bool good = density != NULL &&
                      setup_initial(l->of.setup, l->grid, density, &outside, err) &&
                      start_from(l, density, err);
    free(density);
    return good;
}

bool grid_law_create(struct grid_law *l, struct law_source of, const struct grid *grid,
                     struct error *err) {
    *l = (struct grid_law){.of = of, .grid = grid};
    return (l->start = array_create(grid->cells, sizeof *l->start, err)) != NULL &&
           law_process_create(&l->process, of.setup, of.chain, of.kind, 0, grid, err) &&
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

/* The operator of an interval in place of the one before. */
static bool enter(struct grid_law *l, size_t interval, const struct monitor *monitor,
                  struct error *err) {
    const struct law_source *of = &l->of;
    if (l->law != NULL && interval == l->interval) return true;
    if (interval != l->interval) {
        law_process_finish(&l->process);
        if (!law_process_create(&l->process, of->setup, of->chain, of->kind, interval,
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
    l->stretch = fmax(l->stretch, next->stretch);
    l->uneven = fmax(l->uneven, next->uneven);
    return l->law != NULL;
}

static bool to_next(struct grid_law *l, const struct monitor *monitor, struct error *err) {
    const double *steps = l->of.sgd_steps;
    const size_t row = l->row + 1;
    const uint64_t more = (uint64_t)(steps[row] - steps[row - 1]);
    if (!enter(l, march_interval(l->of.setup, l->of.setup->time[row]), monitor, err) ||
        !law_advance(l->law, more * l->process.substeps, monitor, err))
        return false;
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

static double largest(size_t n, const double *mass) {
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, mass[i]);
    return most;
}

double grid_law_lattice_error(const struct grid_law *l) {
    const bool moves_alike = l->row > 0 && l->uneven < 1e-6;
    const size_t cells = l->grid->cells;
    if (l->grid->dims != 1 || l->of.kind != ENSEMBLE_SGD || !moves_alike ||
        largest(cells, l->start) < 0.5)
        return 0;
    return 0.5 * largest(cells, grid_law_mass(l));
}
