/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/stationary_law.h"
#include "solver/transfer/chain.h"
#include "solver/transfer/classes.h"
#include "solver/transfer/masses.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 40, LAST = 10 };

void stationary_law_finish(struct stationary_law *law) {
    free(law->mass);
    law->mass = NULL;
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
static bool find_relaxation(const struct transfer *op, const struct chain *chain,
                            struct stationary_law *law, struct error *err) {
    const size_t n = op->grid->cells;
    double *x = array_create(n, sizeof *x, err), growth = 0;
    if (x == NULL) return false;
    for (size_t k = 0; k < chain->n; k++)
        x[chain->state[k]] = 1 + (double)chain->state[k] / (double)n; /* of no symmetry */
    double size = project(n, law->mass, x);
    for (int k = 0; k < ROUNDS && size > 0; k++) {
        for (size_t i = 0; i < n; i++)
            x[i] /= size;
        chain_masses(chain, x, x);
        size = project(n, law->mass, x);
        if (k >= ROUNDS - LAST) growth += log(size) / LAST;
    }
    law->relaxation = size > 0 ? exp(growth) : 1;
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

static bool solve(const struct transfer *op, const bool *inside,
                  const struct monitor *monitor, struct stationary_law *law,
                  struct error *err) {
    const size_t n = op->grid->cells;
    if (!(law->mass = array_create(n, sizeof *law->mass, err))) return false;
    struct chain *chain = chain_create(op, inside, true, monitor, err);
    if (chain == NULL) return false;
    chain_balance(chain, law->mass);
    const double sum = masses_sum(n, law->mass);
    for (size_t i = 0; i < n; i++)
        law->mass[i] /= sum;
    const bool good = find_relaxation(op, chain, law, err) && measure(op, law, err);
    chain_destroy(chain);
    return good;
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
