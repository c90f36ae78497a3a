/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/stationary_law.h"
#include "solver/transfer/chain.h"
#include "solver/transfer/classes.h"
#include "solver/transfer/masses.h"
#include "solver/transfer/two_level.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 60, LAST = 30 };
static const double accurate = 1e-14; /* residual of the iteration, for a mass of 1 */

void stationary_law_finish(struct stationary_law *law) {
    free(law->mass);
    law->mass = NULL;
}

static void normalise(size_t n, double *m) {
    const double sum = masses_sum(n, m);
    for (size_t i = 0; i < n; i++)
        m[i] /= sum;
}

/* x <- x - (Sum x) m: no mass in all. Returns Sum |x|. */
static double project(size_t n, const double *m, double *x) {
    const double sum = masses_sum(n, x);
    double size = 0;
    for (size_t i = 0; i < n; i++)
        x[i] -= sum * m[i], size += fabs(x[i]);
    return size;
}

/* Powers of (1 - P)^-1 on masses of sum 0: their growth, over the last rounds. */
static bool find_relaxation(const struct chain *chain, double *relaxation,
                            struct error *err) {
    const size_t n = chain->all;
    double *x = array_create(2 * n, sizeof *x, err), *m = x + n, growth = 0;
    if (x == NULL) return false;
    chain_balance(chain, m);
    normalise(n, m);
    for (size_t k = 0; k < chain->n; k++) /* of no symmetry */
        x[chain->state[k]] = 1 + (double)chain->state[k] / (double)n;
    double size = project(n, m, x);
    for (int k = 0; k < ROUNDS && size > 0; k++) {
        for (size_t i = 0; i < n; i++)
            x[i] /= size;
        chain_masses(chain, x, x);
        size = project(n, m, x);
        if (k >= ROUNDS - LAST) growth += log(size) / LAST;
    }
    *relaxation = size > 0 ? exp(growth) : 1;
    free(x);
    return true;
}

static bool measure(const struct transfer *op, struct stationary_law *law,
                    struct error *err) {
    const size_t n = op->grid->cells;
    double *next = array_create(n, sizeof *next, err);
    if (next == NULL) return false;
    (void)transfer_step(op, law->mass, next);
    for (size_t i = 0; i < n; i++)
        law->residual += fabs(next[i] - law->mass[i]);
    law->negative = masses_negative(n, law->mass);
    free(next);
    return true;
}

static bool solve_directly(const struct transfer *op, const bool *inside,
                           const struct monitor *monitor, struct stationary_law *law,
                           struct error *err) {
    struct chain *chain = chain_create(op->P, op->absorbed, inside, true, monitor, err);
    if (chain == NULL) return false;
    chain_balance(chain, law->mass);
    const bool good = find_relaxation(chain, &law->relaxation, err);
    chain_destroy(chain);
    return good;
}

static bool solve_by_levels(const struct transfer *op, const bool *inside,
                            const struct monitor *monitor, struct stationary_law *law,
                            struct error *err) {
    const size_t n = op->grid->cells;
    double *zero = array_create(n, sizeof *zero, err), residual;
    struct two_level *solver =
        zero ? two_level_create(op, inside, true, monitor, err) : NULL;
    bool good = solver != NULL;
    if (good) memcpy(law->mass, two_level_masses(solver), n * sizeof *law->mass);
    good = good &&
           two_level_solve(solver, false, zero, accurate, law->mass, &residual, monitor,
                           err) &&
           find_relaxation(two_level_chain(solver), &law->relaxation, err);
    two_level_destroy(solver);
    free(zero);
    return good;
}

static bool solve(const struct transfer *op, const bool *inside,
                  const struct monitor *monitor, struct stationary_law *law,
                  struct error *err) {
    const size_t n = op->grid->cells;
    if (!(law->mass = array_create(n, sizeof *law->mass, err))) return false;
    const bool direct = chain_has_room(op->grid, inside);
    if (!(direct ? solve_directly : solve_by_levels)(op, inside, monitor, law, err))
        return false;
    normalise(n, law->mass);
    if (!measure(op, law, err)) return false;
    law->rounding = law->residual * (direct ? 1 : law->relaxation);
    return true;
}

bool stationary_law_find(const struct transfer *op, const struct monitor *monitor,
                         struct stationary_law *out, struct error *err) {
    struct classes classes;
    *out = (struct stationary_law){0};
    if (!classes_find(op->P, op->absorbed, &classes, err)) return false;
    out->classes = classes.closed;
    out->kind = classes.closed == 0   ? LAW_LOST
                : classes.closed == 1 ? LAW_UNIQUE
                                      : LAW_SEVERAL;
    const bool good =
        out->kind != LAW_UNIQUE || solve(op, classes.in_one, monitor, out, err);
    classes_finish(&classes);
    if (!good) stationary_law_finish(out);
    return good;
}
