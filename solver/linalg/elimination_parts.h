/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What elimination.c, which makes the factors, and elimination_solve.c share. */
#pragma once

#include "solver/linalg/elimination.h"
#include "solver/linalg/front_panels.h"
#include "solver/linalg/ordering.h"

/* A front of n states, row i: the rates R(i, j) to its states j and, in column n, the
 * killing rate. The first `own` states are eliminated in it (front.h). */
struct elimination {
    size_t all, n;            /* states given, and inside */
    int64_t *state;           /* [n] the k-th eliminated, of all */
    struct sparse *inside;    /* NULL when all are */
    const struct sparse *out; /* column i: the rates out of the i-th state inside; diagonals
                                 are not read */
    struct sparse *transposed; /* of `out`; NULL where that has a symmetric pattern */
    const struct sparse *in;   /* column i: the states that have a rate into i; no values */
    double *loss;              /* [n] */
    struct ordering order;
    int64_t *place; /* [n] where a state comes in the order */
    int64_t *child, *sibling;
    /* The factors as the sweeps of a solve over masses stream through them (front_panels.h):
     * rows front after front, columns from the last front to the first. */
    double
        *factors; /* PANEL 0s, [rows], [columns], PANEL 0s; from the first factorisation */
    size_t rows, columns;
    size_t *rows_before; /* [fronts + 1] numbers of the rows of fronts before this one */
    /* The fronts before cut[0], and those from there to before cut[1], know nothing of each
     * other: two threads take them at once. No cut: 0, 0. */
    size_t cut[2];
    size_t widest;     /* most states of a front */
    double arithmetic; /* of a factorisation: the fronts' sum of own n^2 */
    /* What fronts have left for their parents, [n - own][n - own + 1] each, one upon the
     * other: a front's children lie uppermost when it comes. */
    double *stack; /* [most], while factoring */
    size_t top, most;
    int64_t *where; /* [n] column of a state in the present front */
    size_t *run;    /* [most states of a front + 1] */
    double *front;  /* the present one, while factoring */
    size_t stuck;   /* of all: the state that could not be left */
};

/* States that front f eliminates, and all of its states. */
static inline size_t own_of(const struct elimination *e, size_t f) {
    return (size_t)(e->order.first[f + 1] - e->order.first[f]);
}
static inline size_t size_of(const struct elimination *e, size_t f) {
    return (size_t)(e->order.begin[f + 1] - e->order.begin[f]);
}
