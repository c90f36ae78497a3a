/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/stationary.h"
#include "grids/sum.h"
#include "solver/fv/plane/classes.h"
#include "solver/linalg/balance.h"
#include "solver/linalg/elimination.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ln of masses to ln of normalised averages, and their exp. */
static void normalise(const struct plane_generator *g, struct stationary *out) {
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
static bool fill_masses(const struct plane_generator *g, const bool *inside, double *ln,
                        struct error *err) {
    if (g->source == POTENTIAL_NONE)
        return balance_find(g->matrix, inside, ln, g->monitor, err);
    for (size_t i = 0; i < g->cells; i++)
        ln[i] = inside[i] ? log(g->grid->volume[i]) - g->potential[i] : -HUGE_VAL;
    return true;
}

static bool fill_unique(const struct plane_generator *g, const int32_t *class_of,
                        int32_t wanted, struct stationary *out, struct error *err) {
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

/* A p = 0 with resets: p ~ (-B)^-1 to, B without what returns (docs/numerics.md 6.7). */
static bool fill_reset(const struct plane_generator *g, struct stationary *out,
                       struct error *err) {
    double *work = array_create(3 * g->cells, sizeof *work, err);
    struct elimination *chain =
        work ? elimination_create(g->matrix, NULL, g->sinks.reset, err) : NULL;
    bool good = chain != NULL && elimination_factor(chain, 1e-250, g->monitor, err);
    if (good) {
        elimination_solve(chain, g->sinks.to, work, work + g->cells);
        good = stationary_of_masses(g->grid, work, out, err);
    }
    elimination_destroy(chain);
    free(work);
    return good;
}

static bool acts(const double *rate, size_t cells) {
    double sum = 0;
    for (size_t i = 0; rate != NULL && i < cells; i++)
        sum += rate[i];
    return sum > 0;
}

bool plane_stationary_compute(const struct plane_generator *g, struct stationary *out,
                              struct error *err) {
    *out = (struct stationary){.kind = STATIONARY_UNIQUE};
    if (acts(g->sinks.killing, g->cells)) {
        out->kind = STATIONARY_ABSORBED;
        snprintf(out->reason, sizeof out->reason,
                 "mass is killed: all that can reach such a place is lost in the end");
        return true;
    }
    if (acts(g->sinks.reset, g->cells) && g->exits == 0)
        return fill_reset(g, out, err) || (stationary_finish(out), false);
    size_t closed;
    int32_t last;
    int32_t *class_of = array_create(g->cells, sizeof *class_of, err);
    bool good = class_of != NULL && plane_classes_find(g, class_of, &closed, &last, err);
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
