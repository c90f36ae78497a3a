/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The discrete stationary state in two dimensions, with or without a current: e^-phibar
 * where detailed balance holds, else A m = 0 by elimination without subtraction
 * (balance.h), whatever the cell Peclet numbers; tails of e^-1000 keep their digits. And
 * what is measured on it (or any density): current, circulation, entropy production. */
#pragma once

#include "solver/fv/generator2.h"

/* As stationary1_compute; `current` is 0 here. Cells that every path leaves get density 0.
 * Fails (ERROR_RUN) where the weights of parts are beyond double precision. */
MUST_CHECK bool stationary2_compute(const struct generator2 *, struct stationary *out,
                                    struct error *err);

struct current2 {
    double largest;            /* |J| over the faces */
    double scale;              /* generator2_flux_scale: of both directions together */
    double entropy_production; /* sum over edges of F ln(forward p_from / backward p_to)
                                  (Schnakenberg, Rev. Mod. Phys. 48, 571, 1976), per unit of
                                  time; tends to Integral J D^-1 J / p; inf through one-way
                                  edges */
};
MUST_CHECK bool current2_measure(const struct generator2 *, const double *p,
                                 struct current2 *out, struct error *err);
