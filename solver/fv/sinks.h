/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mass that leaves within the domain, of cell masses m_i:
 *     dm_i/dt = ... - (killing_i + reset_i) m_i + to_i Sum_j reset_j m_j,
 * the rates being their means over the cells (cell_means.h) and `to` the masses of the density
 * that resets lead to. With m_i spread evenly over its cell the loss is exact, so the error is
 * of second order. */
#pragma once

#include "grids/grid.h"
#include "solver/model/coefficients.h"

struct sinks {
    double *killing, *reset, *to; /* [cells]; NULL: none */
};

/* Of the coefficients on a grid. Fails as their functions do (ERROR_RUN, naming the point),
 * or without memory; *s is fit for sinks_finish also then. */
MUST_CHECK bool sinks_init(struct sinks *s, const struct grid *grid,
                           const struct coefficients *coefficients, struct error *err);
void sinks_finish(struct sinks *s);
/* A copy. */
MUST_CHECK bool sinks_copy(struct sinks *s, const struct sinks *of, size_t cells,
                           struct error *err);
bool sinks_any(const struct sinks *s);
/* change[cells] += what the sinks do to p[cells], both densities. */
void sinks_apply(const struct sinks *s, const struct grid *grid, const double *p,
                 double *change);

/* Is there a killing rate that is not plainly 0, but is so at all points of all cells? It may be a
 * spot that lies between them. A sentence; false: no. */
enum { SINKS_TEXT = 240 };
bool sinks_missed(const struct sinks *s, const struct grid *grid,
                  const struct coefficients *c, char text[SINKS_TEXT]);

/* Are the cells too wide for the rates, whose means are s? q being the spread of a rate inside its cell (root of
 * the mean square) over speed[cells], the rate at which the noise evens out what is as wide as a
 * cell: is the mean of q/(1 + q) over what leaves p, a density, above 0.2? Mass that stands
 * beside a narrow rate is then taken to be under it, on coarser grids, too, so that their
 * difference does not tell. A sentence; false: no. */
bool sinks_doubt(const struct sinks *s, const struct grid *grid,
                 const struct coefficients *c, const double *speed, const double *p,
                 char text[SINKS_TEXT]);
