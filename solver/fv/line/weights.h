/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cells beyond a wall at which the noise vanishes. There u = p / p_st changes from cell to
 * cell in a way of its own, and centres do not stand for cells. From J = -D p_st du/dx the
 * means u_i = Integral u dmu_i of two neighbours differ by
 *     u_L - u_R = J_f R_f,   R_f = Integral phi J / (J_f D p_st) dx,
 * phi = mu_L(below x) in L, 1 - mu_R(below x) in R, which is a sum of two cells' parts.
 *
 * A closed wall (M = Integral p_st from it is finite): u ~ 1 + O(t) and J ~ M(t), so
 *     mu_i = p_st dx / M_i,   J / J_f = M(x) / M(f),   p_i = u_i mean(p_st):
 * cell averages of p_st are stationary. Where the resistance for u linear in x,
 *     R_f = Integral phi dx / (D p_st)(f),
 * is almost the same, it is taken.
 * An open wall (it can be reached, and absorbs): u ~ S = Integral dx / (D p_st) from it, J
 * constant up to O(t), so
 *     mu_i = dx / h_i,   J / J_f = 1,   p_i = u_i mean(p_st S) / mean(S):
 * a constant current into the wall is exact; and as Sum_i h_i S_i is Integral S dx, what a
 * J ~ t is in error at the faces cancels in all that is lost.
 *
 * All by 8 Gauss points on panels that halve towards the wall and where p_st is steep;
 * below line_wall.depth by the power law. A cell over which p_st changes by more than e^300 is
 * not weighed: half.h's centres are as good there (docs/numerics.md 1.4). */
#pragma once

#include "solver/fv/line/cells.h"

struct line_weights {
    const struct axis *axis;
    const struct coefficients *coefficients;
    const double *b, *D; /* at CELL_POINTS points a cell (line/cells.h), upwards */
    const struct line_wall *wall;
    size_t first, count; /* the cell at the wall; how many cells, away from it */
    int side;            /* +1: upwards */
    bool open;
    /* The first cell's mass is on the wall: its neighbour's resistance towards it ends
     * there, or at the first cell's centre when neither M nor S of the wall is finite. */
    bool trap;
};

/* Weighs the cells, whose halves have been measured: sets log_mean, weighed and
 * log_resistance. Fails for want of memory only. */
MUST_CHECK bool line_weights_fill(const struct line_weights *weights,
                                  struct line_cell *cells, struct error *err);
