/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/plane/fate.h"
#include "io/numbers.h"
#include "solver/linalg/elimination.h"
#include <stdlib.h>

/* What is reset begins anew at `to`: with g and r the probabilities to end in a way, and to be
 * reset, before any reset,  h = g + r (to . h),  to . h = to . g / (to . all g). */
static void begin_anew(const struct plane_generator *g, const double *r,
                       struct plane_fate *f) {
    const size_t n = g->cells;
    double part[FATES], all = 0;
    for (int k = 0; k < FATES; k++)
        all += part[k] = numbers_dot(n, g->sinks.to, f->probability[k]);
    for (int k = 0; k < FATES && all > 0; k++)
        for (size_t i = 0; i < n; i++)
            f->probability[k][i] += r[i] * (part[k] / all);
}

static bool solve(struct plane_fate *f, const struct plane_generator *g,
                  struct elimination *chain, double *work, struct error *err) {
    const double none = 1e-250; /* z: taken out at no other rate, see line/fate.c */
    const struct monitor muted = monitor_muted(g->monitor);
    double *rate = work + 2 * g->cells;
    if (!elimination_factor(chain, none, &muted, err)) return false;
    if (g->sinks.killing != NULL)
        elimination_solve_transposed(chain, g->sinks.killing, f->probability[FATE_KILLED],
                                     work);
    plane_generator_exit_rates(g, rate);
    elimination_solve_transposed(chain, rate, f->probability[FATE_ABSORBED], work);
    if (g->sinks.reset == NULL) return true;
    elimination_solve_transposed(chain, g->sinks.reset, rate, work);
    begin_anew(g, rate, f);
    return true;
}

bool plane_fate_init(struct plane_fate *f, const struct plane_generator *g,
                     struct error *err) {
    const size_t n = g->cells;
    double *work = array_create(3 * n, sizeof *work, err);
    bool good = work != NULL;
    *f = (struct plane_fate){0};
    for (int k = 0; good && k < FATES; k++)
        good = (f->probability[k] = array_create(n, sizeof(double), err)) != NULL;
    struct elimination *chain = NULL;
    if (good) {
        plane_generator_loss(g, work);
        for (size_t i = 0; g->sinks.reset != NULL && i < n; i++)
            work[i] += g->sinks.reset[i];
        chain = elimination_create(g->matrix, NULL, work, err);
    }
    good = chain != NULL && solve(f, g, chain, work, err);
    elimination_destroy(chain);
    free(work);
    return good;
}

void plane_fate_finish(struct plane_fate *f) {
    for (int k = 0; k < FATES; k++)
        free(f->probability[k]);
    *f = (struct plane_fate){0};
}

void plane_fate_find(const struct plane_fate *f, const struct grid *grid, const double *p,
                     double part[FATES]) {
    for (int k = 0; k < FATES; k++) {
        part[k] = 0;
        for (size_t i = 0; i < grid->cells; i++)
            part[k] += f->probability[k][i] * p[i] * grid->volume[i];
    }
}
