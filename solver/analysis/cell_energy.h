/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A loss L(x, t) on the cells of a grid, as work along paths needs it (time/line/work.h): means
 * of L and of a = dL/dt by Gauss's rule, 8 points on a line, 3 x 3 in a plane, which are those
 * that leave e^(-L/T) at rest (fv/plane/centres.c); and with
 *     Z_i(t) = mean of e^(-L/T) over cell i,     g_i = -T d ln Z_i/dt,
 * the mean of a with the weight e^(-L/T). */
#pragma once

#include "solver/settings/setup.h"

enum { CELL_ENERGY_NODES = 9 };

struct cell_energy {
    const struct setup *setup; /* borrowed, as is the grid */
    const struct grid *grid;
    struct program *slopes; /* grad L, dL/dt */
    double temperature;     /* NaN: none */
    size_t nodes;
    double weight[CELL_ENERGY_NODES];
    double *x[2], *L, *ignored[2], *slope; /* [nodes cells] */
    double *before;                        /* [4 cells] */
};

/* *e is fit for cell_energy_finish also where it fails: without memory. */
MUST_CHECK bool cell_energy_init(struct cell_energy *e, const struct setup *setup,
                                 const struct grid *grid, struct error *err);
void cell_energy_finish(struct cell_energy *e);
/* L, a, g of the n cells at time t; g is 0 without a temperature. Fails as the model does. */
MUST_CHECK bool cell_energy_sample(void *self, double t, double *L, double *a, double *g,
                                   struct error *err);
/* What happens between two times beyond what dL/dt says of them, a jump where they lie close by:
 *     d_i = L(after) - L(before) - Integral a dt,   r_i = Z(after)/Z(before) e^(Integral g/T dt),
 * integrals by the trapezoid rule; r is 1 without a temperature. Fails as the model does. */
MUST_CHECK bool cell_energy_jump(void *self, double before, double after, double *d,
                                 double *r, struct error *err);
