/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One half of a chain of rates, for the resolvents of many shifts (resolvents.h): eliminated
 * from its end to the middle, and solved on the way back, block by block. */
#pragma once

#include "io/eight.h"
#include "solver/linalg/resolvents.h"

enum { GROUPS = RESOLVENT_COLUMNS / RESOLVENT_LANES };

/* Eight shifts or columns in step. */
struct complex8 {
    eight re, im;
};

/* a b */
INLINE struct complex8 times(struct complex8 a, struct complex8 b) {
    return (struct complex8){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
/* a + b */
INLINE struct complex8 plus(struct complex8 a, struct complex8 b) {
    return (struct complex8){a.re + b.re, a.im + b.im};
}
/* c a */
INLINE struct complex8 scaled(double c, struct complex8 a) {
    return (struct complex8){c * a.re, c * a.im};
}
/* 1 / a */
INLINE struct complex8 inverse(struct complex8 a) {
    const eight scale = 1 / (a.re * a.re + a.im * a.im);
    return (struct complex8){a.re * scale, -a.im * scale};
}

/* Of eight shifts, what the cells up to some cell pass on to the one after it. */
struct front {
    struct complex8 kept; /* part of what enters the last cell that is kept or lost there */
    struct complex8 flow; /* from it to the next */
    struct complex8 to, from; /* rates of the next one to and from the border (cyclic) */
};
/* Of a cyclic chain's border cell, by those eliminated: to be added to its own. */
struct border {
    struct complex8 pivot, source;
};
/* A cell of a block. */
struct pivot {
    struct complex8 inverse, x; /* x: its part from before, then the solution */
};

/* Cells in the order of elimination, the i-th at first + step i. */
struct half {
    size_t cells, first;
    ptrdiff_t step;
    const double *onward, *back; /* rates towards the middle and away from it */
    struct front *front;         /* [groups] at present */
    struct front *noted;         /* [blocks][groups] before each block */
    struct border *border;       /* [groups] */
    struct pivot *pivot;         /* [B][groups] of one block */
    struct complex8 *from;       /* [B][groups] cyclic */
    struct complex8 *next;       /* [groups] solution of the cell before, on the way back */
    double *x;                   /* [B][2 lanes] solutions of one block */
    double *weighed;             /* [4 lanes] Sum of weight x, Sum of x */
    eight measure[3][GROUPS];    /* of resolvent_measure */
};

/* (z_k - A) x_k = b + second_k to, shifts in groups of eight. */
struct equations {
    const struct tridiagonal *A; /* borrowed */
    bool cyclic;
    size_t border;           /* cyclic: the cell that is eliminated last */
    size_t shifts, groups;   /* groups of eight, the last one padded */
    struct complex8 *z;      /* [groups] */
    const double *b, *to;    /* [n] right-hand side; to: NULL: b alone */
    struct complex8 *second; /* [groups] */
    struct complex8 *last;   /* [groups] solution of the border */
};

/* What becomes of the solutions, block by block: their sum with a weight a cell, and without
 * (half->weighed), or columns of sums over the shifts (resolvents_sum). */
struct use {
    const double *weight; /* [n]; NULL: columns */
    size_t split, columns;
    size_t end[GROUPS][2]; /* behind these shifts of either sum all weights are 0 */
    const eight *column;   /* [GROUPS][2 lanes] weights of eight columns */
    const double *volume;  /* [n] divides the sums; NULL: nothing does */
    double *sum;           /* [columns][n] */
};

/* Padded number of shifts. */
static inline size_t lanes_of(const struct equations *e) {
    return e->groups * RESOLVENT_LANES;
}
/* Number of blocks of a half. */
size_t half_blocks(const struct half *half);
/* From the end to the middle; leaves in half->front what comes there, in half->border what
 * comes to the border, and the last block's pivots. */
void half_eliminate(const struct equations *, struct half *half);
/* And back from the middle, whose solution is in half->next, after half_eliminate. */
void half_return(const struct equations *, struct half *half, const struct use *use);
/* Uses the solutions in half->x of the half's cells begin .. end - 1. */
void half_use(const struct equations *, struct half *half, const struct use *use,
              size_t begin, size_t end);
