/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The law of a batch's mean gradient g at a point x: finitely many values with their
 * probabilities, from which a process makes its outcomes (x - eta g, ...).
 *
 *   drawn   the mean of B of n examples. Every batch by itself while there are at most
 *           GRADIENT_LAW_BATCHES different ones; else the
 *           masses of the sum of B draws on a ring of points (ring.h), which keep mean,
 *           covariance and third moments
 *   normal  mean G, covariance C_B: equidistant nodes (normal_nodes.h).
 *
 * Both keep to `step`: how far the gradient's components may be apart in neighbouring
 * nodes, the distance that moves the process by one cell. */
#pragma once

#include "solver/model/model.h"
#include "solver/transfer/process.h"

enum { GRADIENT_LAW_BATCHES = 4096 };

struct gradient_law {
    int dims;    /* components of g */
    size_t most; /* values at one point, at most */
    /* out[*n]: out.landing = g at x[dims]. As process.outcomes. */
    bool (*values)(const struct gradient_law *, const double *x, void *scratch,
                   struct outcome *out, size_t *n, struct error *err);
    void *(*make_scratch)(const struct gradient_law *, struct error *err);
    void (*free_scratch)(void *scratch); /* NULL is accepted */
    void (*destroy)(struct gradient_law *);
};

/* At time t, of a model that depends on it. The model is borrowed while the law lives; sampling and batch are the model's. Fail
 * (ERROR_SETTINGS) where the model has no such law: without examples, for reshuffled
 * epochs, stable noise, or a drift in place of a loss; and without memory. */
MUST_CHECK struct gradient_law *gradient_law_drawn(const struct model *model, double t,
                                                   const double step[2], struct error *err);
MUST_CHECK struct gradient_law *gradient_law_normal(const struct model *model, double t,
                                                    const double step[2],
                                                    struct error *err);

/* Kinds of the first, chosen by gradient_law_drawn. */
MUST_CHECK struct gradient_law *gradient_law_enumerated(const struct model *model, double t,
                                                        struct error *err);
MUST_CHECK struct gradient_law *gradient_law_ring(const struct model *model, double t,
                                                  const double step[2], struct error *err);
void gradient_law_destroy(struct gradient_law *law); /* NULL is accepted */
