/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How rough masses are from cell to cell: fourth differences along the axes,
 *     delta^4 m_k = m_{k-2} - 4 m_{k-1} + 6 m_k - 4 m_{k+1} + m_{k+2},
 * of the order h^4 for smooth densities, 6 for a point. Cells within two of an end have none.
 * And how far the sums F of masses fall, which they do where masses are negative. */
#pragma once

#include "grids/grid.h"

struct roughness {
    double most; /* largest |delta^4 m| */
    double sums; /* of the masses below a line across an axis; in one variable `most` */
    double all;  /* Sum |delta^4 m| */
    double fall; /* largest F(a) - F(b), a < b, along an axis */
};
/* mass[cells]. Fails for want of memory. */
MUST_CHECK bool roughness_find(const struct grid *grid, const double *mass,
                               struct roughness *out, struct error *err);
