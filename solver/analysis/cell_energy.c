/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/cell_energy.h"
#include "grids/quadrature.h"
#include <math.h>
#include <stdlib.h>

enum { NODES = CELL_ENERGY_NODES };

static void place_nodes(struct cell_energy *e) {
    const bool line = e->grid->dims == 1;
    e->nodes = line ? 8 : 9;
    for (size_t q = 0; q < e->nodes; q++) {
        const double offset[2] = {line ? legendre8_x[q] : legendre3_x[q % 3],
                                  line ? 0 : legendre3_x[q / 3]};
        double *at[2];
        for (int d = 0; d < 2; d++)
            at[d] = e->x[d] + q * e->grid->cells;
        e->weight[q] = line ? legendre8_w[q] : legendre3_w[q % 3] * legendre3_w[q / 3];
        grid_points(e->grid, offset, at);
    }
}

bool cell_energy_init(struct cell_energy *e, const struct setup *setup,
                      const struct grid *grid, struct error *err) {
    const size_t n = NODES * grid->cells;
    *e = (struct cell_energy){
        .setup = setup, .grid = grid, .temperature = setup_temperature(setup)};
    if (!setup_loss_slopes(setup, &e->slopes, err) ||
        (e->x[0] = array_create(6 * n, sizeof(double), err)) == NULL ||
        (e->before = array_create(4 * grid->cells, sizeof(double), err)) == NULL)
        return false;
    e->x[1] = e->x[0] + n, e->L = e->x[1] + n, e->slope = e->L + n;
    e->ignored[0] = e->slope + n, e->ignored[1] = e->ignored[0] + n;
    place_nodes(e);
    return true;
}

void cell_energy_finish(struct cell_energy *e) {
    program_destroy(e->slopes);
    free(e->x[0]);
    free(e->before);
}

/* Of cell i; *minus_log_Z as well, where it is asked for. */
static void average(const struct cell_energy *e, size_t i, double *L, double *a, double *g,
                    double *minus_log_Z) {
    const size_t n = e->grid->cells;
    double least = (double)INFINITY, weight = 0;
    for (size_t q = 0; q < e->nodes; q++)
        least = fmin(least, e->L[q * n + i]);
    *L = *a = *g = 0;
    for (size_t q = 0; q < e->nodes; q++) {
        const double value = e->L[q * n + i], slope = e->slope[q * n + i];
        const double w = e->weight[q] * exp(-(value - least) / e->temperature);
        *L += e->weight[q] * value;
        *a += e->weight[q] * slope;
        *g += w * slope, weight += w;
    }
    *g = isnan(e->temperature) ? 0 : *g / weight;
    if (minus_log_Z != NULL) *minus_log_Z = least / e->temperature - log(weight);
}

static bool sample(struct cell_energy *e, double t, double *L, double *a, double *g,
                   double *minus_log_Z, struct error *err) {
    const size_t n = e->grid->cells, all = e->nodes * n;
    const double *const x[2] = {e->x[0], e->x[1]};
    double *const out[3] = {e->ignored[0], e->grid->dims == 1 ? e->slope : e->ignored[1],
                            e->slope};
    if (!model_evaluate_at(e->setup->model, t, all, x, e->L, NULL, NULL, err) ||
        !program_run_at(e->slopes, t, all, x, out, err))
        return false;
    for (size_t i = 0; i < n; i++)
        average(e, i, &L[i], &a[i], &g[i], minus_log_Z != NULL ? &minus_log_Z[i] : NULL);
    return true;
}

bool cell_energy_sample(void *self, double t, double *L, double *a, double *g,
                        struct error *err) {
    return sample(self, t, L, a, g, NULL, err);
}

bool cell_energy_jump(void *self, double before, double after, double *d, double *r,
                      struct error *err) {
    struct cell_energy *e = self;
    const size_t n = e->grid->cells;
    const double half = 0.5 * (after - before), T = e->temperature;
    double *L = e->before, *a = L + n, *g = a + n, *F = g + n;
    if (!sample(e, before, L, a, g, F, err)) return false;
    for (size_t i = 0; i < n; i++) {
        d[i] = -L[i] - half * a[i];
        r[i] = F[i] + half * g[i] / T;
    }
    if (!sample(e, after, L, a, g, F, err)) return false;
    for (size_t i = 0; i < n; i++) {
        d[i] += L[i] - half * a[i];
        r[i] = isnan(T) ? 1 : exp(r[i] - F[i] + half * g[i] / T);
    }
    return true;
}
