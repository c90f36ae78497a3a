/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The slowest modes of any chain of rates on the cells of a grid, as a struct line_spectrum
 * (line/spectrum.h): the eigenvalues nearest to 0, by shift and invert without cancellation
 * (solver/linalg/eigenmodes.h). */
#pragma once

#include "solver/fv/line/spectrum.h"
#include "solver/linalg/sparse.h"

struct chain_modes {
    const struct sparse *matrix; /* A on masses */
    const double *volume;        /* [cells] */
    const double *loss;          /* [cells] killing rate of each cell; NULL: none */
    /* [cells] -ln of the density in detailed balance; NULL: none */
    const double *potential;
    /* [cells] one class of cells that all reach each other; NULL: all */
    const bool *inside;
    const struct monitor *monitor; /* of its long parts; NULL is fine */
};

/* The slowest `modes` modes, without the zero mode of a chain that loses nothing. left and
 * right are 0 outside; out->residual is filled. Fails (ERROR_RUN) as eigenmodes_find
 * does. */
MUST_CHECK bool chain_modes_compute(const struct chain_modes *chain, size_t modes,
                                    struct line_spectrum *out, struct error *err);
