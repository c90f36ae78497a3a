/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moments of a 1-D density of cell averages (grids/field.h) where the noise vanishes at a
 * wall. There p is linear in no cell, but v = p / w is, w = (t + offset)^s the power of
 * p_st's (cells1.h):
 *     p(x) = w(x) (v_i + v'_i (x - X_i)) in cell i,  X_i its mean of x over w,
 * with v'_i from the two neighbours, or at an end one. Elsewhere w = 1, as in field_moments.
 */
#pragma once

#include "grids/field.h"
#include "solver/fv/generator1.h"

/* p[cells] on the generator's grid. skewness and kurtosis are NAN where all mass is on a wall
 * (cells1.h). */
struct moments moments1(const struct generator1 *generator, const double *p);
