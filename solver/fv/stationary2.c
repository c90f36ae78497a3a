/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/stationary2.h"
#include "grids/sum.h"
#include "solver/fv/classes2.h"
#include "solver/linalg/balance.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ln of masses to ln of normalised averages, and their exp. */
static void normalise(const struct generator2 *g, struct stationary *out) {
    const double *V = g->grid->volume;
    double most = -HUGE_VAL;
    struct sum mass = {0};
    for (size_t i = 0; i < g->cells; i++)
        most = fmax(most, out->log_density[i]);
    for (size_t i = 0; i < g->cells; i++)
        sum_add(&mass, exp(out->log_density[i] - most));
    const double log_mass = most + log(sum_value(mass));
    for (size_t i = 0; i < g->cells; i++) {
        out->log_density[i] -= log_mass + log(V[i]);
        out->density[i] = exp(out->log_density[i]);
    }
}

/* ln of the masses that the potential says, or of what balances the class. */
static bool fill_masses(const struct generator2 *g, const bool *inside, double *ln,
                        struct error *err) {
    if (g->source == POTENTIAL_NONE) return balance_find(g->matrix, inside, ln, err);
    for (size_t i = 0; i < g->cells; i++)
        ln[i] = inside[i] ? log(g->grid->volume[i]) - g->potential[i] : -HUGE_VAL;
    return true;
}

static bool fill_unique(const struct generator2 *g, const int32_t *class_of, int32_t wanted,
                        struct stationary *out, struct error *err) {
    out->log_density = array_create(g->cells, sizeof *out->log_density, err);
    if (out->log_density != NULL)
        out->density = array_create(g->cells, sizeof *out->density, err);
    bool *inside = out->density ? array_create(g->cells, sizeof *inside, err) : NULL;
    for (size_t i = 0; inside != NULL && i < g->cells; i++)
        inside[i] = class_of[i] == wanted;
    const bool good = inside != NULL && fill_masses(g, inside, out->log_density, err);
    if (good) normalise(g, out);
    free(inside);
    return good;
}

bool stationary2_compute(const struct generator2 *g, struct stationary *out,
                         struct error *err) {
    *out = (struct stationary){.kind = STATIONARY_UNIQUE};
    size_t closed;
    int32_t last;
    int32_t *class_of = array_create(g->cells, sizeof *class_of, err);
    bool good = class_of != NULL && classes2_find(g, class_of, &closed, &last, err);
    if (good && closed == 0) {
        out->kind = STATIONARY_ABSORBED;
        snprintf(out->reason, sizeof out->reason,
                 "a wall absorbs: all mass leaves, the only stationary density is 0");
    } else if (good && (closed > 1 || g->exits > 0)) {
        out->kind = STATIONARY_DEGENERATE;
        snprintf(out->reason, sizeof out->reason,
                 "%zu separate sets of cells keep their mass for ever%s: the final state "
                 "depends on the start",
                 closed, g->exits > 0 ? " and the rest is absorbed" : "");
    } else if (good) {
        good = fill_unique(g, class_of, last, out, err);
    }
    free(class_of);
    if (!good) stationary_finish(out);
    return good;
}

static double production(const struct generator2 *g, const double *p) {
    struct sum total = {0};
    for (size_t k = 0; k < g->edges; k++) {
        const struct edge2 *e = &g->edge[k];
        const double out = e->forward * p[e->from], back = e->backward * p[e->to];
        if (!(fabs(out - back) > DBL_MIN)) continue;
        if (!(out > 0) || !(back > 0)) return HUGE_VAL;
        sum_add(&total, (out - back) * log(out / back));
    }
    return sum_value(total);
}

bool current2_measure(const struct generator2 *g, const double *p, struct current2 *out,
                      struct error *err) {
    const size_t nx = g->grid->axis[0]->cells, ny = g->grid->axis[1]->cells;
    const size_t xs = (nx + 1) * ny, ys = nx * (ny + 1);
    double *J = array_create(xs + ys, sizeof *J, err);
    if (J == NULL) return false;
    generator2_flux(g, p, J, J + xs);
    out->largest = 0;
    for (size_t k = 0; k < xs + ys; k++)
        out->largest = fmax(out->largest, fabs(J[k]));
    free(J);
    out->entropy_production = production(g, p);
    return generator2_flux_scale(g, p, &out->scale, err);
}
