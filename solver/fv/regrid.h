/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conservative remap of a density from one grid to another, an axis after the other by the
 * parabolas of solver/fv/remap.h: no mass is made or lost where the new grid covers the old
 * one, none becomes negative, and on smooth densities cell averages are right to third
 * order. Equal faces give equal masses, to the bit. */
#pragma once

#include "grids/grid.h"

/* out[to->cells]: masses of the cells of `to`, for masses m[from->cells] >= 0. What lies
 * beyond the ends of `to` is left out; on a periodic axis it is wrapped around. Both grids
 * have the same number of axes. Fails for want of memory, and (ERROR_SETTINGS) where `from`
 * reaches over more than 1000 periods. */
MUST_CHECK bool regrid_masses(const struct grid *from, const double *m,
                              const struct grid *to, double *out, struct error *err);
