/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Masses at the centres, as the transfer operator has them, against averages over cells, as
 * densities are stored. With the index u of a cell as a smooth coordinate, m(u) the mass a
 * cell, the mass below the face k + 1/2 is to fourth order
 *     F_{k+1/2} = Sum_{i <= k} m_i + (m_{k+1} - m_k)/24
 *                 + (m_k + m_{k+1})/2 (face - c(k + 1/2)) / (c_{k+1} - c_k),
 * c(u) the cubic through the centres: the midpoint rule with its first correction, and the
 * way of the face from the middle of the centres' index, 0 on even cells. A cell's average
 * is the difference of F over its width. Both ways keep the mass, and going there and back
 * changes nothing. Two variables: along x, then along y. */
#pragma once

#include "grids/grid.h"

/* density[cells] from mass[cells]; they do not overlap. */
MUST_CHECK bool masses_to_density(const struct grid *grid, const double *mass,
                                  double *density, struct error *err);
/* And back. */
MUST_CHECK bool masses_from_density(const struct grid *grid, const double *density,
                                    double *mass, struct error *err);

/* Sum_i max(0, -m_i). */
double masses_negative(size_t n, const double *mass);
/* Sum_i m_i, compensated. */
double masses_sum(size_t n, const double *mass);

/* Two laws on a grid and on that of every second face: L1 = Sum |p - q| V over the coarse
 * cells, and KS = max |F - G| over their faces; in two variables over their corners, F(x, y)
 * the mass below x and y. */
struct law_distance {
    double l1, ks;
};
MUST_CHECK bool masses_distance(const struct grid *fine, const double *mass,
                                const struct grid *coarse, const double *other,
                                struct law_distance *out, struct error *err);
