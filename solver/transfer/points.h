/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cells cut into equal parts along one axis. With i the index of a cell as a smooth
 * coordinate, part s of `parts` lies at i + (s + 1/2)/parts - 1/2, and cubic Lagrange
 * interpolation L over the cells' indices gives both its place and its mass,
 *     x = Sum_j L_j c_j,     m = Sum_j L_j m_j / parts.
 * The sum of the L_j over all parts is `parts` for every j: mass is kept, and on even cells
 * the moments up to the third. */
#pragma once

#include "grids/axis.h"

enum { POINTS_MOST = 8, POINTS_NEAR = 5 * POINTS_MOST };

/* The parts that hold mass of the cell j. */
struct points {
    int n;
    double at[POINTS_NEAR];     /* where they are */
    double weight[POINTS_NEAR]; /* and their share of m_j; the sum is 1 */
};

/* 1 <= parts <= POINTS_MOST; with 1 part the cell's centre. positive: masses by linear
 * interpolation, without negative weights. */
void points_of_cell(const struct axis *axis, bool positive, size_t j, size_t parts,
                    struct points *out);
