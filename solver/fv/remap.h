/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conservative remap along characteristics (docs/numerics.md 3): the mass between given
 * points becomes the mass of cells,
 *     out_i = F(x_{i+1}) - F(x_i),   F the cumulative distribution.
 * Inside each cell the density is the parabola with the cell's mass and with edge values
 * F', from quartics through F at five faces (Colella & Woodward, J. Comput. Phys. 54, 174,
 * 1984, section 1, for any spacing): third order in the density, fourth in F. Only
 * positivity is imposed: a parabola that dips below 0 is drawn towards its mean (Zhang &
 * Shu, J. Comput. Phys. 229, 3091, 2010); maxima are not clipped. */
#pragma once

#include "grids/axis.h"

struct remap {
    const struct axis *axis;     /* borrowed */
    double (*edge_weight)[4];    /* [cells + 1] of the four masses from cell edge_first */
    size_t *edge_first;          /* [cells + 1]; modulo cells when periodic */
    double *mass, *left, *right; /* [cells] parabolas of the last remap_set, by density */
};

/* The axis is borrowed. Fails for want of memory only. */
MUST_CHECK struct remap *remap_create(const struct axis *axis, struct error *err);
void remap_destroy(struct remap *r);
/* Parabolas for masses m[cells] (copied). */
void remap_set(struct remap *r, const double *m);
/* out[i] = mass between x[i] and x[i + 1] (x[cells + 1] not decreasing). A reflecting end
 * keeps what lies beyond its outermost point, an absorbing end loses it. out may be the m
 * of remap_set. */
void remap_masses(const struct remap *r, const double *x, double *out);
/* out[count]: mass between x[i] and x[i + 1] (x[count + 1] not decreasing), whatever the ends
 * are: there is none beyond them. Between two faces it is that of the cells, to the bit where
 * it is one cell. */
void remap_between(const struct remap *r, size_t count, const double *x, double *out);
