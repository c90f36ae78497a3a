/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As solver/time/line/fate.h, in two dimensions: the probabilities to be killed and to leave
 * through a wall, from every cell, by one elimination. */
#pragma once

#include "solver/fv/plane/generator.h"
#include "solver/time/line/fate.h"

struct plane_fate {
    double *probability[FATES]; /* [cells] */
};
/* Fails as elimination_factor does, or without memory. */
MUST_CHECK bool plane_fate_init(struct plane_fate *fate,
                                const struct plane_generator *generator, struct error *err);
void plane_fate_finish(struct plane_fate *fate);
/* Of p[cells]. */
void plane_fate_find(const struct plane_fate *fate, const struct grid *grid,
                     const double *p, double part[FATES]);
