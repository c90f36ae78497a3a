/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The law of a discrete process after any number of steps, m_k = P^k m_0, by products with
 * the sparse P or by repeated squaring (powers.h), whichever is cheaper. */
#pragma once

#include "solver/transfer/powers.h"
#include "solver/transfer/transfer.h"

struct law {
    const struct transfer *op; /* borrowed */
    double *mass;              /* [cells], owned */
    double absorbed;           /* Sum mass + absorbed is kept, ... */
    double total;              /* ... at this */
    uint64_t step;
    /* How it was done. */
    uint64_t products;      /* with P */
    uint64_t full_products; /* with a full power of P */
    double *next;           /* work */
    struct powers *powers;  /* NULL until wanted */
};

/* At step 0, from mass[cells] (any sum), of which `absorbed` is gone already. */
MUST_CHECK struct law *law_create(const struct transfer *op, const double *mass,
                                  double absorbed, struct error *err);
void law_destroy(struct law *law);
/* `steps` more. Fails (ERROR_RUN) where masses are no longer finite, when interrupted
 * (mass, absorbed and step are then those of a whole number of steps, and the law can go
 * on from them), and for want of memory. */
MUST_CHECK bool law_advance(struct law *law, uint64_t steps, const struct monitor *monitor,
                            struct error *err);
/* Goes on with another process on the same grid: a learning rate that has changed. */
void law_switch(struct law *law, const struct transfer *op);
