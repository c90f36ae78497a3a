/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order in which the unknowns of a sparse matrix are eliminated so that little fills
 * in, and the fronts that this is done in: small dense matrices, each of which eliminates a
 * run of unknowns and hands what is left to its parent (Duff & Reid, ACM TOMS 9, 302,
 * 1983). Order and fronts are those of CHOLMOD's supernodes (AMD). */
#pragma once

#include "solver/linalg/sparse.h"

struct ordering {
    size_t n;        /* unknowns; they are counted in the order of elimination below */
    int64_t *index;  /* [n] the k-th unknown's index in the matrix */
    size_t fronts;   /* in postorder: what lies below a front stands right before it */
    int64_t *first;  /* [fronts + 1] front f eliminates first[f] .. first[f + 1] - 1 */
    int64_t *begin;  /* [fronts + 1] into list */
    int64_t *list;   /* the unknowns that meet in front f, ascending, its own ones first:
                        list[begin[f]] .. list[begin[f + 1] - 1] */
    int64_t *parent; /* [fronts] -1: none */
};

/* For the pattern of A + A^T; transposed is A^T. */
MUST_CHECK bool ordering_init(struct ordering *out, const struct sparse *A,
                              const struct sparse *transposed, struct error *err);
void ordering_finish(struct ordering *ordering);
