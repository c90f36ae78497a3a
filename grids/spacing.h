/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The map behind a graded axis: a smooth, increasing coordinate s(x) in which the cells are
 * equal steps. It is composed of a base map u(x),
 *     uniform    u = x
 *     sinh       x = about + scale sinh(u)
 *     geometric  x = lo + (hi - lo) (e^{cu} - 1) / (e^c - 1),  c = n/(n-1) ln(ratio), so
 *                that the last of n cells is `ratio` times as wide as the first,
 * and, where the axis is refined, of the equidistribution of the monitor
 *     M(x) = 1 + sum (factor - 1) exp(-((x - at)/width)^2),   s = Integral M(x(u)) du,
 * by Gauss-Legendre panels that are short compared with every width. */
#pragma once

#include "grids/axis.h"

struct spacing_map;

/* spec is borrowed; its fields must be valid (axis_create checks them). */
MUST_CHECK struct spacing_map *spacing_map_create(const struct axis_spec *spec,
                                                  struct error *err);
void spacing_map_destroy(struct spacing_map *map);

/* s at x in [lo, hi]. */
double spacing_coordinate(const struct spacing_map *map, double x);
/* x at s, to rounding: the inverse of spacing_coordinate. */
double spacing_position(const struct spacing_map *map, double s);
