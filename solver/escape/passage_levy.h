/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First passage under alpha-stable noise, in one variable: the interval outside the target
 * by solver/time/stable/levy_exit, put on the cells of the run's grid. A target must reach to the
 * end of the grid, for jumps would pass over any other; a jump beyond an end that is no
 * target stops there. */
#pragma once

#include "solver/equation/evolution.h"

struct passage_levy {
    size_t first, cells; /* the interval */
    bool *target;        /* [grid cells] */
    double *time;        /* [grid cells] mean first-passage time; 0 on the target */
    double *log_lower, *log_upper; /* [grid cells] ln of the probability to leave there */
    double *density;               /* [grid cells] quasi-stationary, mass 1 */
    double log_rate;               /* its rate */
};

/* Without computing: are the cells outside the target such that it can be? */
MUST_CHECK bool passage_levy_check(const struct grid *grid, const bool *target,
                                   struct error *err);
/* Fails (ERROR_SETTINGS) on targets that jumps pass over, on fewer than 8 cells in between
 * and on more than 4096 (dense matrices), (ERROR_RUN) as levy_exit does. */
MUST_CHECK struct passage_levy *
passage_levy_create(const struct evolution_interval *interval, const struct grid *grid,
                    const bool *target, struct error *err);
void passage_levy_destroy(struct passage_levy *passage);

/* ln of the mean time for small noise, when one jump leads from x to below lo or above hi:
 *     tau = 1 / Sum_ends ( C s^alpha distance^-alpha / alpha ),
 * over the open ends, whatever the barrier's height (Imkeller & Pavlyukevich, Stochastic
 * Process. Appl. 116, 611, 2006; docs/theory.md 8.3). C: jumps.h; s: scale of the noise. */
double passage_levy_one_jump(const struct evolution_interval *interval, double x, double lo,
                             double hi, const bool open[2]);
