/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/dissection.h"
#include <stdlib.h>
#include <string.h>

enum { SMALL = 8 /* unknowns that are not parted */, DIRECTIONS = 4 };

/* The lines a x + b y = const that may part the cells (x, y). */
static const int64_t direction[DIRECTIONS][2] = {{1, 1}, {1, -1}, {1, 0}, {0, 1}};

struct dissection {
    const struct sparse *half[2]; /* A and A^T */
    int64_t *x, *y;               /* [n] of an unknown's cell */
    int64_t reach[DIRECTIONS];    /* most lines that an entry of A crosses, */
    bool *around;                 /* [n] but for those around the ends of the grid */
    int64_t *part;                /* [n] the part that an unknown is in, by its number */
    int64_t parts;                /* so far */
    int64_t *order, *work;        /* [n] */
    int64_t *count[DIRECTIONS];   /* [lines] unknowns on each */
};

/* A cut: the unknowns on the lines up to `last` are left. */
struct cut {
    int direction;
    int64_t last, cost; /* unknowns in the separator */
};

static int64_t line(const struct dissection *d, int c, int64_t i) {
    return direction[c][0] * d->x[i] + direction[c][1] * d->y[i];
}

/* Is i, on the right, in the separator: has it a neighbour in its own part left of the cut? */
static inline bool separates(const struct dissection *d, struct cut cut, int64_t i) {
    const int c = cut.direction;
    if (line(d, c, i) > cut.last + d->reach[c] && !d->around[i]) return false;
    for (int h = 0; h < 2; h++) {
        const struct sparse *A = d->half[h];
        for (int64_t k = A->start[i]; k < A->start[i + 1]; k++) {
            const int64_t j = A->row[k];
            if (d->part[j] == d->part[i] && line(d, c, j) <= cut.last) return true;
        }
    }
    return false;
}

struct range {
    int64_t least, most;
};

static void find_extents(const struct dissection *d, size_t from, size_t to,
                         struct range range[DIRECTIONS]) {
    for (int c = 0; c < DIRECTIONS; c++)
        range[c] = (struct range){INT64_MAX, INT64_MIN};
    for (size_t k = from; k < to; k++)
        for (int c = 0; c < DIRECTIONS; c++) {
            const int64_t at = line(d, c, d->order[k]);
            range[c].least = at < range[c].least ? at : range[c].least;
            range[c].most = at > range[c].most ? at : range[c].most;
        }
}

static void count_lines(const struct dissection *d, size_t from, size_t to,
                        const struct range range[DIRECTIONS]) {
    for (int c = 0; c < DIRECTIONS; c++)
        memset(d->count[c], 0,
               (size_t)(range[c].most - range[c].least + 1) * sizeof *d->count[c]);
    for (size_t k = from; k < to; k++)
        for (int c = 0; c < DIRECTIONS; c++)
            d->count[c][line(d, c, d->order[k]) - range[c].least]++;
}

/* The line up to which half of the unknowns lie, at least one line excepted. */
static int64_t middle(const int64_t *count, struct range r, int64_t unknowns) {
    int64_t last = r.least, left = count[0];
    while (last + 1 < r.most && 2 * left < unknowns)
        left += count[++last - r.least];
    return last;
}

/* The cuts through the middle; the cost of one along the only line is INT64_MAX. */
static void find_cuts(const struct dissection *d, size_t from, size_t to,
                      struct cut cut[DIRECTIONS]) {
    struct range range[DIRECTIONS];
    find_extents(d, from, to, range);
    count_lines(d, from, to, range);
    for (int c = 0; c < DIRECTIONS; c++)
        cut[c] = (struct cut){c, middle(d->count[c], range[c], (int64_t)(to - from)), 0};
    for (size_t k = from; k < to; k++)
        for (int c = 0; c < DIRECTIONS; c++)
            if (line(d, c, d->order[k]) > cut[c].last)
                cut[c].cost += separates(d, cut[c], d->order[k]);
    for (int c = 0; c < DIRECTIONS; c++)
        if (range[c].least == range[c].most) cut[c].cost = INT64_MAX;
}

static struct cut best(const struct dissection *d, size_t from, size_t to) {
    struct cut cut[DIRECTIONS], best = {0, 0, INT64_MAX};
    find_cuts(d, from, to, cut);
    for (int c = 0; c < DIRECTIONS; c++)
        if (cut[c].cost < best.cost) best = cut[c];
    return best;
}

/* Sorts order[from .. to): left of the cut, right, separator; *left and *right unknowns. */
static void part(struct dissection *d, struct cut cut, size_t from, size_t to, size_t *left,
                 size_t *right) {
    size_t kept = 0, apart = 0;
    *left = *right = 0;
    for (size_t k = from; k < to; k++) {
        const int64_t i = d->order[k];
        if (line(d, cut.direction, i) <= cut.last)
            d->order[from + (*left)++] = i;
        else
            d->work[kept++] = i;
    }
    for (size_t k = 0; k < kept; k++) {
        const int64_t i = d->work[k];
        if (separates(d, cut, i))
            d->work[apart++] = i;
        else
            d->order[from + *left + (*right)++] = i;
    }
    memcpy(d->order + to - apart, d->work, apart * sizeof *d->work);
}

static void number(struct dissection *d, size_t from, size_t to) {
    d->parts++;
    for (size_t k = from; k < to; k++)
        d->part[d->order[k]] = d->parts;
}

static void dissect(struct dissection *d, size_t from, size_t to) {
    if (to - from <= SMALL) return;
    const struct cut cut = best(d, from, to);
    if (cut.cost == INT64_MAX) return;
    size_t left, right;
    part(d, cut, from, to, &left, &right);
    number(d, from, from + left);
    number(d, from + left, from + left + right);
    number(d, from + left + right, to);
    dissect(d, from, from + left);
    dissect(d, from + left, from + left + right);
}

static void set_reach(struct dissection *d, int64_t columns, int64_t rows) {
    const struct sparse *A = d->half[0];
    for (int64_t j = 0; j < (int64_t)A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            const int64_t i = A->row[k];
            if (2 * llabs(d->x[i] - d->x[j]) > columns ||
                2 * llabs(d->y[i] - d->y[j]) > rows) {
                d->around[i] = d->around[j] = true;
                continue;
            }
            for (int c = 0; c < DIRECTIONS; c++) {
                const int64_t far = llabs(line(d, c, i) - line(d, c, j));
                if (far > d->reach[c]) d->reach[c] = far;
            }
        }
}

bool dissection_order(const struct sparse *A, const struct sparse *transposed,
                      size_t columns, const int64_t *cell, int64_t *order,
                      struct error *err) {
    const size_t n = A->n, rows = n > 0 ? (size_t)cell[n - 1] / columns + 1 : 0;
    const size_t lines = columns + rows;
    int64_t *space = array_create(4 * n + DIRECTIONS * lines, sizeof *space, err);
    bool *around = space != NULL ? array_create(n, sizeof *around, err) : NULL;
    if (around == NULL) return free(space), false;
    struct dissection d = {.half = {A, transposed},
                           .x = space,
                           .y = space + n,
                           .around = around,
                           .part = space + 2 * n,
                           .order = order,
                           .work = space + 3 * n};
    for (size_t c = 0; c < DIRECTIONS; c++)
        d.count[c] = space + 4 * n + c * lines;
    for (size_t i = 0; i < n; i++) {
        d.x[i] = cell[i] % (int64_t)columns;
        d.y[i] = cell[i] / (int64_t)columns;
        order[i] = (int64_t)i;
    }
    set_reach(&d, (int64_t)columns, (int64_t)rows);
    dissect(&d, 0, n);
    free(around);
    free(space);
    return true;
}
