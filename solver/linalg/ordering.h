/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order in which the unknowns of a sparse matrix are eliminated with little fill-in,
 * and the fronts of a multifrontal method (Duff & Reid, ACM TOMS 9, 302, 1983): each front
 * is a small dense matrix, which eliminates a run of unknowns and adds what remains to its
 * parent. The order is nested dissection on a grid (dissection.h), and AMD's elsewhere; the
 * fronts are CHOLMOD's supernodes. */
#pragma once

#include "solver/linalg/sparse.h"

struct ordering {
    size_t n;        /* unknowns; they are counted in the order of elimination below */
    int64_t *index;  /* [n] the k-th unknown's index in the matrix */
    size_t fronts;   /* in postorder: what lies below a front stands right before it */
    int64_t *first;  /* [fronts + 1] front f eliminates first[f] .. first[f + 1] - 1 */
    int64_t *begin;  /* [fronts + 1] where front f begins in list */
    int64_t *list;   /* unknowns of front f, ascending, list[begin[f]] on: its own first */
    int64_t *parent; /* [fronts] -1: none */
};

/* For the pattern of A + A^T; transposed is A^T. Unknown i is the cell cell[i], ascending, of a
 * grid with `columns` cells in a row; 0: there is no grid, and cell is not read. */
MUST_CHECK bool ordering_init(struct ordering *out, const struct sparse *A,
                              const struct sparse *transposed, size_t columns,
                              const int64_t *cell, struct error *err);
void ordering_finish(struct ordering *ordering);
