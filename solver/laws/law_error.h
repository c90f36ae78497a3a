/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How far a law on cells may be from the law itself. Two signs of it are taken together, the
 * larger one of which counts (docs/numerics.md 10.6):
 *
 * Other cells. With d_1 the distance of the law from that on half the cells, d_2 of that from
 * the law on a quarter, the error is max(d_1, d_2/16). Order 4 leaves d_2/16 of d_2, and d_1 of
 * a single number may be small by chance. d_1 is that of half the cells, the law's own is less.
 * Where walls absorb, a step cuts the law inside a cell: changes are of order 1 and go up and
 * down with the place of the cut. 2 max(d_1, d_2) counts there. Rates of killing and resets that
 * vary much inside a cell do the same to moments, up to 13 times the larger change was seen (a
 * spot of a tenth of a cell): 20 max(d_1, d_2).
 *
 * Grain. Where mass lies on less than a cell, as points, all cells may say the same. Of that
 * speak the fourth differences along an axis of the masses below a line, g_k, and the
 * falls of F, where masses are negative:
 *     KS  max( max_k |delta^4 g_k| / 8, 8 max F(a) - F(b), a < b )       L1  Sum |delta^4 m| / 4
 * A law of points as far apart as cells is smooth in both. It comes from a point that steps
 * move by whole outcomes, |dT/dw| = 1: after n steps points that should meet are n |1 - |dT/dw||
 * times the law's width apart. While that is less than a cell, a point has at most the mass of
 * its cell, and half of the largest counts.
 *
 * Maps that expand, |dT/dw| > 1, forget in the end from which part of its cell a point came;
 * what they make of it are N points as if drawn at random, N the ways it could take: 2/sqrt(N)
 * counts, of moments times the law's width. */
#pragma once

#include "solver/laws/grid_law.h"

enum { LAW_LEVELS = 3 }; /* grids: all cells, half and a quarter of them */

struct law_error {
    double l1, ks;
    double grain;  /* of ks: by mass on less than a cell */
    double points; /* of grain: 2/sqrt(N), relative error of moments, or 0 */
};
/* on[levels], 2 <= levels <= LAW_LEVELS: the law on each grid, at one snapshot. Fails for want
 * of memory. */
MUST_CHECK bool law_error_find(size_t levels, const struct grid_law *on,
                               struct law_error *out, struct error *err);
/* Of a number that is value[levels] on the grids of on[levels]; NaN where one of the first two
 * is. */
double law_error_of(size_t levels, const struct grid_law *on, const double *value);
