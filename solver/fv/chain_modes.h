/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The slowest modes of any chain of rates on the cells of a grid, in the record of
 * spectrum1.h: those nearest to 0, by shift and invert without cancellation
 * (solver/linalg/eigenmodes.h). */
#pragma once

#include "solver/fv/spectrum1.h"
#include "solver/linalg/sparse.h"

struct chain_modes {
    const struct sparse *matrix; /* A on masses */
    const double *volume;        /* [cells] */
    const double *loss;          /* [cells] rate out of the chain; NULL: none */
    const double *potential;     /* [cells] -ln of what balances every rate, as density;
                                    NULL: nothing does */
    const bool *inside; /* [cells] where the chain lives: every cell is reached from
                           every other; NULL: all */
};

/* The zero mode of a chain that loses nothing is left out. left, right are 0 outside;
 * out->residual is filled. Fails (ERROR_RUN) as eigenmodes_find does. */
MUST_CHECK bool chain_modes_compute(const struct chain_modes *chain, size_t modes,
                                    struct spectrum1 *out, struct error *err);
