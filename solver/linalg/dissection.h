/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nested dissection of unknowns that lie on a plane grid (George, SIAM J. Numer. Anal. 10,
 * 345, 1973): a line across the middle parts them; those right of it that have a neighbour
 * left of it are the separator and come last, after both parts, which are parted in the same
 * way. The line is the one, of rows, columns and both diagonals, with the smallest separator:
 * where cells have four neighbours, diagonals cut squares on their corners out of the grid, of
 * half the cells on their sides. On n cells the factors have O(n log n) entries and cost
 * O(n^(3/2)), the least possible. */
#pragma once

#include "solver/linalg/sparse.h"

/* Orders the unknowns of A: order[k] is the k-th to be eliminated. Unknown i is the cell
 * cell[i] of a grid with `columns` cells in a row. The pattern is that of A + A^T, however
 * far it reaches; transposed is A^T. Fails for want of memory only. */
MUST_CHECK bool dissection_order(const struct sparse *A, const struct sparse *transposed,
                                 size_t columns, const int64_t *cell, int64_t *order,
                                 struct error *err);
