/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moments of a 1-D density of cell averages (grids/field.h) where the noise vanishes at a
 * wall. There p is linear in no cell, but p / w is, w = (t + offset)^s the power law of
 * p_st (line/cells.h):
 *     p(x) = w(x) (v_i + v'_i (x - X_i))   in cell i,   X_i the mean of x weighted by w,
 * with the slope v'_i from both neighbours, at an end from one. Elsewhere w = 1, as in
 * field_moments. */
#pragma once

#include "grids/field.h"
#include "solver/fv/line/generator.h"

/* Moments of p[cells] on the generator's grid, normalised by its mass. skewness and
 * kurtosis are NAN where all mass is on a wall (line/cells.h). */
struct moments line_moments(const struct line_generator *generator, const double *p);

/* Is all of the cell's mass on a wall (s = -inf in line/cells.h)? */
bool line_cell_on_wall(const struct line_generator *generator, size_t cell);
