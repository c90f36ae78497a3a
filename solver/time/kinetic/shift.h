/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line of equal cells shifted by any distance, conservative and positive (a conservative
 * semi-Lagrangian scheme; Qiu & Christlieb, J. Comput. Phys. 229, 1130, 2010). The mass in
 * the upper part f of a cell comes from the cumulative distribution, interpolated by the
 * polynomial of degree 7 through eight faces, and is clipped to [0, the cell's mass].
 * Nothing is clipped where cells resolve the density. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SHIFT_REACH = 3 };

/* out[n] = in[n] moved up by `by` cells (any sign). ring: what leaves at one end comes in
 * at the other; otherwise it stays in the end cell. n >= SHIFT_REACH. padded[n + 2
 * SHIFT_REACH], upper[n]: work; out must not be in. */
void shift_line(size_t n, const double *in, double by, bool ring, double *padded,
                double *upper, double *out);
