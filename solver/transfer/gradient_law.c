/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which law a batch's gradient has. */
#include "solver/transfer/gradient_law.h"
#include "solver/model/batches.h"

void gradient_law_destroy(struct gradient_law *law) {
    if (law != NULL) law->destroy(law);
}

/* Probabilities of single batches are products of factors 1/n: not of too many. */
static bool can_enumerate(const struct model *m) {
    return batches_number(m) <= GRADIENT_LAW_BATCHES &&
           (m->sampling != WITH_REPLACEMENT || m->batch <= 1000);
}

struct gradient_law *gradient_law_drawn(const struct model *m, double t,
                                        const double step[2], struct error *err) {
    if (m->sampling == RESHUFFLED && m->batch < m->examples)
        return fail(err, ERROR_SETTINGS,
                    "reshuffled epochs are no Markov chain in the parameters: the examples "
                    "that are left matter, so that no law of a single step exists; draw "
                    "with "
                    "or without replacement, or take the walkers of kind sgd"),
               NULL;
    return can_enumerate(m) ? gradient_law_enumerated(m, t, err)
                            : gradient_law_ring(m, t, step, err);
}
