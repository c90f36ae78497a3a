/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/mean_steps.h"
#include "solver/transfer/chain.h"
#include "solver/transfer/classes.h"
#include "solver/transfer/masses.h"
#include "solver/transfer/two_level.h"
#include <math.h>
#include <stdlib.h>

static const double accurate = 1e-13; /* residual of the iteration, in steps of 1 */

void mean_steps_finish(struct mean_steps *s) {
    free(s->steps);
    s->steps = NULL;
}

/* goal[cells]: the target's cells and those with a loss. Is there any? */
static bool find_goal(const struct transfer *op, const bool *target, bool *goal) {
    bool any = false;
    for (size_t i = 0; i < op->grid->cells; i++) {
        goal[i] = (target && target[i]) || op->absorbed[i] != 0;
        any |= goal[i];
    }
    return any;
}

/* inside[cells]: outside the target, and it is reached from there for certain: no way leads
 * to where it is not reached. */
static bool find_inside(const struct transfer *op, const bool *target, bool *inside,
                        struct error *err) {
    const size_t n = op->grid->cells;
    bool *goal = array_create(3 * n, sizeof *goal, err);
    if (goal == NULL) return false;
    bool *reaches = goal + n, *never = goal + 2 * n;
    bool good = find_goal(op, target, goal) ||
                fail(err, ERROR_SETTINGS, "there is no target to be reached");
    good = good && classes_reach(op->rows, goal, NULL, reaches, err);
    for (size_t i = 0; good && i < n; i++)
        never[i] = !reaches[i];
    good = good && classes_reach(op->rows, never, target, inside, err);
    for (size_t i = 0; good && i < n; i++)
        inside[i] = !inside[i] && !(target && target[i]);
    free(goal);
    return good;
}

/* Mass from the heaviest states, in equal parts, arrives once. */
static void find_defect(const struct chain *chain, struct mean_steps *out, double *work) {
    double arrived = 0, total = 0;
    for (size_t i = 0; i < chain->all; i++)
        work[i] = 0;
    work[chain->state[chain->n - 1]] = 1;
    chain_masses(chain, work, work);
    for (size_t k = 0; k < chain->n; k++)
        arrived += chain->loss[k] * work[chain->state[k]];
    total = masses_sum(chain->all, work);
    const double tau = out->steps[chain->state[chain->n - 1]];
    out->defect = fmax(fabs(arrived - 1), fabs(total / tau - 1));
}

static bool solve_directly(const struct transfer *op, const bool *inside,
                           const struct monitor *monitor, double *one,
                           struct mean_steps *out, struct error *err) {
    struct chain *chain = chain_create(op->P, op->absorbed, inside, false, monitor, err);
    if (chain == NULL) return false;
    chain_functions(chain, one, out->steps);
    if (chain->n > 0) find_defect(chain, out, one);
    chain_destroy(chain);
    return true;
}

/* With a residual r in place of 0 the times are off by r / 1 at most, where P >= 0. */
static bool solve_by_levels(const struct transfer *op, const bool *inside,
                            const struct monitor *monitor, double *one,
                            struct mean_steps *out, struct error *err) {
    struct two_level *solver = two_level_create(op, inside, false, monitor, err);
    const bool good = solver && two_level_solve(solver, true, one, accurate, out->steps,
                                                &out->defect, monitor, err);
    two_level_destroy(solver);
    return good;
}

static bool solve(const struct transfer *op, const bool *inside,
                  const struct monitor *monitor, struct mean_steps *out,
                  struct error *err) {
    const size_t n = op->grid->cells;
    double *one = array_create(n, sizeof *one, err);
    if (one == NULL) return false;
    for (size_t i = 0; i < n; i++)
        one[i] = inside[i];
    const bool good = (chain_has_room(op->grid, inside) ? solve_directly : solve_by_levels)(
        op, inside, monitor, one, out, err);
    free(one);
    return good;
}

bool mean_steps_find(const struct transfer *op, const bool *target,
                     const struct monitor *monitor, struct mean_steps *out,
                     struct error *err) {
    const size_t n = op->grid->cells;
    *out = (struct mean_steps){.op = op};
    bool *inside = array_create(n, sizeof *inside, err);
    out->steps = inside ? array_create(n, sizeof *out->steps, err) : NULL;
    const bool good = out->steps && find_inside(op, target, inside, err) &&
                      solve(op, inside, monitor, out, err);
    for (size_t i = 0; good && i < n; i++)
        if (!inside[i] && !(target && target[i])) out->steps[i] = HUGE_VAL;
    free(inside);
    if (!good) mean_steps_finish(out);
    return good;
}

/* Weights have both signs: where one time is inf, so is the sum. */
double mean_steps_at(const struct mean_steps *s, const double *w) {
    const double tau = transfer_value_at(s->op, s->steps, w);
    return isnan(tau) ? HUGE_VAL : tau;
}

double mean_steps_from(const struct mean_steps *s, const double *mass) {
    double times = 0;
    for (size_t i = 0; i < s->op->grid->cells; i++)
        if (mass[i] != 0) times += mass[i] * s->steps[i];
    return isnan(times) ? HUGE_VAL : times / masses_sum(s->op->grid->cells, mass);
}
