/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/elimination_parts.h"
#include "solver/linalg/front.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- plan */

/* The rates between the states inside. Rates to states outside are killing rates, as the
 * given losses are. */
static bool select_rates(struct elimination *e, const struct sparse *A, const bool *keep,
                         const double *loss, struct error *err) {
    size_t n = 0;
    for (size_t j = 0; j < A->n; j++) {
        if (!keep[j]) continue;
        e->state[n] = (int64_t)j;
        e->loss[n] = loss ? loss[j] : 0;
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            if (!keep[A->row[k]]) e->loss[n] += A->value[k];
        n++;
    }
    e->n = n;
    e->out = n < A->n ? e->inside = sparse_select(A, keep, err) : A;
    if (e->out == NULL) return false;
    if (sparse_is_symmetric(e->out, e->where)) return e->in = e->out, true;
    return (e->in = e->transposed = sparse_transpose(e->out, err)) != NULL;
}

static bool put_in_order(struct elimination *e, const bool *inside, size_t columns,
                         struct error *err) {
    if (!ordering_init(&e->order, e->out, e->in, columns, e->state, err) ||
        !(e->place = array_create(e->n, sizeof *e->place, err)))
        return false;
    for (size_t k = 0; k < e->n; k++)
        e->place[e->order.index[k]] = (int64_t)k;
    for (size_t i = 0, n = 0; i < e->all; i++)
        if (inside == NULL || inside[i]) e->state[e->place[n++]] = (int64_t)i;
    return true;
}

/* Multiplications, up to a factor. */
static double arithmetic_of(const struct elimination *e, size_t f) {
    const double n = (double)size_of(e, f);
    return (double)own_of(e, f) * n * n;
}

/* Numbers that a front leaves for its parent. */
static size_t left_of(const struct elimination *e, size_t f) {
    const size_t m = size_of(e, f) - own_of(e, f);
    return m * (m + 1);
}

static size_t left_by_children(const struct elimination *e, size_t f) {
    size_t sum = 0;
    for (int64_t c = e->child[f]; c >= 0; c = e->sibling[c])
        sum += left_of(e, (size_t)c);
    return sum;
}

/* The first front below f, which stands before f and all others below it. */
static size_t lowest(const struct elimination *e, size_t f) {
    while (e->child[f] >= 0)
        f = (size_t)e->child[f];
    return f;
}

/* What the work on fronts takes two threads, in numbers of the rows, when the fronts from
 * `end` on come alone and the others are cut where both parts are most alike: before *cut. */
static size_t best_cut(const struct elimination *e, size_t end, size_t *cut) {
    size_t best = SIZE_MAX;
    for (size_t root = end; root > 0;) {
        root = lowest(e, root - 1);
        const size_t left = e->rows_before[root], right = e->rows_before[end] - left;
        const size_t longer = left > right ? left : right;
        if (longer < best) best = longer, *cut = root;
    }
    return best + e->rows - e->rows_before[end];
}

/* The halves for two threads, unless the chain is too small for that, or for the work space
 * of a solve (elimination_solve.c). */
static void cut_in_halves(struct elimination *e) {
    enum { TRIES = 32, LEAST = 100000 };
    size_t best = e->rows - e->rows / 4, cut = 0;
    for (size_t end = e->order.fronts; end + TRIES > e->order.fronts && end > 0; end--) {
        const size_t cost = best_cut(e, end, &cut);
        const size_t top = e->n - (size_t)e->order.first[end];
        if (cost >= best || 2 * e->widest + top > e->n || e->rows < LEAST) continue;
        best = cost, e->cut[0] = cut, e->cut[1] = end;
    }
}

/* The sizes of everything; the tree's children. */
static bool plan(struct elimination *e, struct error *err) {
    const size_t fronts = e->order.fronts;
    if (!(e->rows_before = array_create(fronts + 1, sizeof *e->rows_before, err)) ||
        !(e->child = array_create(fronts, sizeof *e->child, err)) ||
        !(e->sibling = array_create(fronts, sizeof *e->sibling, err)))
        return false;
    for (size_t f = 0; f < fronts; f++)
        e->child[f] = -1;
    for (size_t f = fronts; f-- > 0;) {
        const int64_t parent = e->order.parent[f];
        if (parent < 0) continue;
        e->sibling[f] = e->child[parent];
        e->child[parent] = (int64_t)f;
    }
    for (size_t f = 0; f < fronts; f++) {
        const size_t own = own_of(e, f), n = size_of(e, f);
        e->rows_before[f + 1] = e->rows += front_rows(n, own);
        e->columns += front_columns(n, own);
        e->arithmetic += arithmetic_of(e, f);
        if (n > e->widest) e->widest = n;
        e->top += left_of(e, f) - left_by_children(e, f);
        if (e->top > e->most) e->most = e->top;
    }
    cut_in_halves(e);
    return (e->run = array_create(e->widest + 1, sizeof *e->run, err));
}

/* For the numbers: the factors, kept from the first factorisation on, and work space. */
static bool allocate(struct elimination *e, struct error *err) {
    return (e->factors || (e->factors = array_create(e->rows + e->columns + 2 * PANEL,
                                                     sizeof *e->factors, err))) &&
           (e->stack = array_create(e->most + 1, sizeof *e->stack, err)) &&
           (e->front = array_create(e->widest * (e->widest + 1), sizeof *e->front, err));
}

struct elimination *elimination_create(const struct sparse *A, const bool *inside,
                                       const double *loss, struct error *err) {
    struct elimination *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    bool *all = array_create(A->n, sizeof *all, err);
    for (size_t i = 0; all != NULL && i < A->n; i++)
        all[i] = true;
    e->all = A->n;
    const bool good = all && (e->state = array_create(A->n, sizeof *e->state, err)) &&
                      (e->loss = array_create(A->n, sizeof *e->loss, err)) &&
                      (e->where = array_create(A->n, sizeof *e->where, err)) &&
                      select_rates(e, A, inside ? inside : all, loss, err) &&
                      put_in_order(e, inside, A->columns, err) && plan(e, err);
    free(all);
    if (good) return e;
    elimination_destroy(e);
    return NULL;
}

void elimination_destroy(struct elimination *e) {
    if (e == NULL) return;
    free(e->run), free(e->where);
    free(e->factors), free(e->rows_before), free(e->sibling), free(e->child);
    sparse_destroy(e->transposed), sparse_destroy(e->inside);
    ordering_finish(&e->order);
    free(e->place), free(e->loss), free(e->state);
    free(e);
}

void elimination_update(struct elimination *e, const double *loss) {
    assert(e->inside == NULL);
    for (size_t j = 0; j < e->n; j++)
        e->loss[j] = loss != NULL ? loss[j] : 0;
}

/* ----------------------------------------------------------------------------- a front */

/* Adds to the present front what its child has left, by runs of neighbours that are
 * neighbours here too. */
static void add_child(struct elimination *e, size_t child, const double *left,
                      size_t width) {
    const size_t own = own_of(e, child), m = size_of(e, child) - own;
    const int64_t *from = e->order.list + e->order.begin[child] + own;
    size_t runs = 0;
    for (size_t i = 0; i < m; i++)
        if (i == 0 || e->where[from[i]] != e->where[from[i - 1]] + 1) e->run[runs++] = i;
    e->run[runs] = m;
    for (size_t i = 0; i < m; i++, left += m + 1) {
        double *row = e->front + (size_t)e->where[from[i]] * width;
        for (size_t r = 0; r < runs; r++) {
            double *restrict to = row + e->where[from[e->run[r]]];
            const double *restrict run = left + e->run[r];
            for (size_t j = 0; j < e->run[r + 1] - e->run[r]; j++)
                to[j] += run[j];
        }
        row[width - 1] += left[m];
    }
}

/* The rates that the front's own states bring, and what its children have left. */
static void assemble(struct elimination *e, size_t f, double z) {
    const size_t n = size_of(e, f), own = own_of(e, f), width = n + 1;
    const int64_t *list = e->order.list + e->order.begin[f], first = e->order.first[f];
    const int64_t end = e->order.first[f + 1];
    double *R = e->front;
    memset(R, 0, n * width * sizeof *R);
    for (size_t k = 0; k < n; k++)
        e->where[list[k]] = (int64_t)k;
    for (size_t k = 0; k < own; k++) {
        const int64_t i = e->order.index[first + (int64_t)k];
        R[k * width + n] = e->loss[i] + z;
        for (int64_t q = e->out->start[i]; q < e->out->start[i + 1]; q++) {
            const int64_t to = e->place[e->out->row[q]];
            if (to >= first && e->out->row[q] != i)
                R[k * width + (size_t)e->where[to]] += e->out->value[q];
        }
        for (int64_t q = e->in->start[i]; q < e->in->start[i + 1]; q++) {
            const int64_t from = e->place[e->in->row[q]];
            if (from >= end)
                R[(size_t)e->where[from] * width + k] +=
                    sparse_entry(e->out, i, e->in->row[q]);
        }
    }
    e->top -= left_by_children(e, f);
    const double *left = e->stack + e->top;
    for (int64_t c = e->child[f]; c >= 0; c = e->sibling[c]) {
        add_child(e, (size_t)c, left, width);
        left += left_of(e, (size_t)c);
    }
}

/* The front's factors into their places, from *row on and up to *column, and the rest on
 * the stack. */
static void put_away(struct elimination *e, size_t f, double **row, double **column) {
    const size_t n = size_of(e, f), own = own_of(e, f), m = n - own, width = n + 1;
    const double *R = e->front;
    *column -= front_columns(n, own);
    front_store_rows(R, n, own, *row);
    front_store_columns(R, n, own, *column);
    *row += front_rows(n, own);
    for (size_t i = 0; i < m; i++, e->top += m + 1)
        memcpy(e->stack + e->top, R + (own + i) * width + own, (m + 1) * sizeof *R);
}

static bool eliminate_fronts(struct elimination *e, double z, const struct monitor *monitor,
                             struct error *err) {
    double done = 0;
    double *row = e->factors + PANEL, *column = row + e->rows + e->columns;
    e->top = 0;
    for (size_t f = 0; f < e->order.fronts; f++) {
        assemble(e, f, z);
        const size_t taken = front_eliminate(e->front, size_of(e, f), own_of(e, f));
        if (taken < own_of(e, f)) {
            e->stuck = (size_t)e->state[e->order.first[f] + (int64_t)taken];
            return fail(err, ERROR_RUN,
                        "a part of the chain is left at a rate below 1e-290: too slow for "
                        "double precision, or there is no way out of it");
        }
        put_away(e, f, &row, &column);
        done += arithmetic_of(e, f);
        if (!monitor_tick(monitor, fmin(done / e->arithmetic, 1), err)) return false;
    }
    return true;
}

bool elimination_factor(struct elimination *e, double z, const struct monitor *monitor,
                        struct error *err) {
    const bool good = allocate(e, err) && eliminate_fronts(e, z, monitor, err);
    free(e->front), free(e->stack);
    e->front = e->stack = NULL;
    return good;
}

size_t elimination_stuck(const struct elimination *e) {
    return e->stuck;
}

size_t elimination_numbers(const struct elimination *e) {
    return e->rows + e->columns;
}
