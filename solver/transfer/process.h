/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A discrete process w' = T(w, xi), xi drawn afresh each step, as what the transfer operator
 * needs of it: from any point w the finitely many places where one step can end, with their
 * probabilities,
 *     Prob(w' = landing_k | w) = probability_k,     sum_k probability_k = 1.
 * Laws with infinitely many outcomes (normal noise) come as quadrature nodes, sums of many
 * draws as the masses of a ring of points one cell width apart. */
#pragma once

#include "io/status.h"
#include <stddef.h>

/* An outcome of one step; landing[1] means nothing in one variable. */
struct outcome {
    double landing[2];
    double probability;
};

struct process {
    int dims;    /* state variables: 1 or 2 */
    size_t most; /* outcomes from one point, at most */
    /* out[*n], *n <= most: the outcomes from w[dims]. scratch: what make_scratch made, one a
     * thread. Fails (ERROR_RUN naming w) where T is not finite, and for want of memory. */
    bool (*outcomes)(const struct process *, const double *w, void *scratch,
                     struct outcome *out, size_t *n, struct error *err);
    void *(*make_scratch)(const struct process *,
                          struct error *err); /* NULL: none needed */
    void (*free_scratch)(void *scratch);
    void (*destroy)(struct process *);
    const char *name; /* "sgd", "gaussian", "sde", ... */
};

/* NULL is accepted. */
void process_destroy(struct process *process);
