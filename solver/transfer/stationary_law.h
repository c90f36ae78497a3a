/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stationary law of a discrete process, m = P m, Sum m = 1, and how fast it is reached:
 * relaxation = |1/(1 - lambda)| steps for the eigenvalue lambda of P that is nearest to 1
 * (docs/numerics.md 10.4). */
#pragma once

#include "solver/transfer/transfer.h"

enum stationary_law_kind {
    LAW_UNIQUE,
    LAW_SEVERAL, /* parts that no step joins: as many laws as `classes`; mass is NULL */
    LAW_LOST,    /* all mass is absorbed in the end; mass is NULL */
};

struct stationary_law {
    enum stationary_law_kind kind;
    size_t classes;  /* closed classes of cells */
    double *mass;    /* [cells], sum 1; 0 in cells that are left for ever */
    double residual; /* Sum |m - P m| */
    /* Error of the weights of slow parts by rounding, roughly: the residual by elimination,
     * residual x relaxation by iteration (beyond CHAIN_CELLS cells). */
    double rounding;
    double negative;   /* Sum max(0, -m) */
    double relaxation; /* steps; by iteration roughly */
};

/* Fails (ERROR_RUN) where rates between parts are lost in rounding (chain.h); when
 * interrupted; for want of memory. */
MUST_CHECK bool stationary_law_find(const struct transfer *op,
                                    const struct monitor *monitor,
                                    struct stationary_law *out, struct error *err);
void stationary_law_finish(struct stationary_law *law);
