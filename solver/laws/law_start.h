/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Masses at the centres of cells of a density that the settings have: where a law begins, and
 * where resets lead. Of a point they are those of a deposit, which keeps its place exactly; of a
 * density as narrow as a cell those of deposits of smaller cells, which keep its mean and
 * variance; of any other those of its cells' averages. */
#pragma once

#include "solver/settings/setup.h"

struct law_start {
    const struct grid *grid;   /* borrowed, as all here */
    const struct setup *setup; /* its density ... */
    bool (*density)(const struct setup *setup, const struct grid *grid, double *p,
                    double *outside, struct error *err);
    bool at_point; /* ... or point */
    double point[2];
    bool positive; /* linear deposits */
    double *mass;  /* [cells], zeros before */
    double
        absorbed; /* found: what an absorbing end has of it; is it narrower than a cell or */
    bool narrow;  /* two? */
};

/* Fills in mass, absorbed and narrow. */
MUST_CHECK bool law_start_find(struct law_start *start, struct error *err);
