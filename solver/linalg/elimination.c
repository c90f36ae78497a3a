/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/elimination.h"
#include "io/clones.h"
#include "solver/linalg/dot.h"
#include "solver/linalg/front.h"
#include "solver/linalg/ordering.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRIP = 8 };

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
    /* The factors, as the sweeps of a solve over masses stream through them: state after
     * state R(k, j) / s_k for the j after k in its front; and backwards, from the last
     * state to the first, s_k and R(i, k) for the i after k. */
    double *row, *column; /* [rows], [columns] */
    size_t rows, columns;
    double arithmetic; /* of a factorisation: the fronts' sum of own n^2 */
    /* What fronts have left for their parents, [n - own][n - own + 1] each, one upon the
     * other: a front's children lie uppermost when it comes. */
    double *stack; /* [most], while factoring */
    size_t top, most;
    int64_t *where; /* [n] column of a state in the present front */
    size_t *run;    /* [most states of a front + 1] */
    double *front;  /* the present one, while factoring */
    size_t largest; /* numbers in the largest one */
    size_t stuck;   /* of all: the state that could not be left */
};

/* ------------------------------------------------------------------------------- plan */

static size_t own_of(const struct elimination *e, size_t f) {
    return (size_t)(e->order.first[f + 1] - e->order.first[f]);
}
static size_t size_of(const struct elimination *e, size_t f) {
    return (size_t)(e->order.begin[f + 1] - e->order.begin[f]);
}

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

/* The sizes of everything; the tree's children. */
static bool plan(struct elimination *e, struct error *err) {
    const size_t fronts = e->order.fronts;
    size_t largest = 0, widest = 0;
    if (!(e->child = array_create(fronts, sizeof *e->child, err)) ||
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
        for (size_t k = 0; k < own; k++)
            e->rows += n - k - 1, e->columns += n - k;
        e->arithmetic += arithmetic_of(e, f);
        if (n > widest) widest = n, largest = n * (n + 1);
        e->top += left_of(e, f) - left_by_children(e, f);
        if (e->top > e->most) e->most = e->top;
    }
    e->largest = largest;
    return (e->run = array_create(widest + 1, sizeof *e->run, err));
}

/* For the numbers: the factors, kept from the first factorisation on, and work space. */
static bool allocate(struct elimination *e, struct error *err) {
    return (e->row || (e->row = array_create(e->rows, sizeof *e->row, err))) &&
           (e->column || (e->column = array_create(e->columns, sizeof *e->column, err))) &&
           (e->stack = array_create(e->most + 1, sizeof *e->stack, err)) &&
           (e->front = array_create(e->largest, sizeof *e->front, err));
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
    free(e->column), free(e->row), free(e->sibling), free(e->child);
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
    for (size_t k = 0; k < own; *row += n - ++k)
        memcpy(*row, R + k * width + k + 1, (n - k - 1) * sizeof *R);
    for (size_t k0 = 0; k0 < own; k0 += STRIP) { /* a few columns at a time: whole lines */
        const size_t k1 = k0 + STRIP < own ? k0 + STRIP : own;
        double *to[STRIP];
        for (size_t k = k0; k < k1; k++)
            to[k - k0] = *column -= n - k;
        for (size_t i = k0; i < n; i++)
            for (size_t k = k0; k < k1 && k <= i; k++)
                to[k - k0][i - k] = R[i * width + k];
    }
    for (size_t i = 0; i < m; i++, e->top += m + 1)
        memcpy(e->stack + e->top, R + (own + i) * width + own, (m + 1) * sizeof *R);
}

static bool eliminate_fronts(struct elimination *e, double z, const struct monitor *monitor,
                             struct error *err) {
    double done = 0;
    double *row = e->row, *column = e->column + e->columns;
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

/* ------------------------------------------------------------------------------ solves */

/* The numbers that meet in front f: its own, in v[own], and behind them those of the states
 * that come later. */
static inline const int64_t *later(const struct elimination *e, size_t f, size_t own) {
    return e->order.list + e->order.begin[f] + own;
}

static inline void add_multiple(size_t n, double factor, const double *restrict x,
                                double *restrict y) {
    for (size_t i = 0; i < n; i++)
        y[i] += factor * x[i];
}

/* y_j += y_k R(k, j) / s_k: what is in k goes on to j. */
BLOCK_LOOP
static void elimination_lift_masses(const struct elimination *e, double *y, double *v) {
    const double *R = e->row;
    for (size_t f = 0; f < e->order.fronts; f++) {
        const size_t n = size_of(e, f), own = own_of(e, f);
        const int64_t *list = later(e, f, own);
        double *x = y + e->order.first[f];
        memcpy(v, x, own * sizeof *v);
        memset(v + own, 0, (n - own) * sizeof *v);
        for (size_t k = 0; k < own; R += n - ++k)
            add_multiple(n - k - 1, v[k], R, v + k + 1);
        memcpy(x, v, own * sizeof *v);
        for (size_t j = own; j < n; j++)
            y[list[j - own]] += v[j];
    }
}

/* y_k = (y_k + Sum over i after k of y_i R(i, k)) / s_k. */
BLOCK_LOOP
static void elimination_lower_masses(const struct elimination *e, double *y, double *v) {
    const double *C = e->column;
    for (size_t f = e->order.fronts; f-- > 0;) {
        const size_t n = size_of(e, f), own = own_of(e, f);
        const int64_t *list = later(e, f, own);
        double *x = y + e->order.first[f];
        memcpy(v, x, own * sizeof *v);
        for (size_t j = own; j < n; j++)
            v[j] = y[list[j - own]];
        for (size_t k = own; k-- > 0; C += n - k) {
            v[k] += dot(n - k - 1, C + 1, v + k + 1);
            v[k] /= C[0];
        }
        memcpy(x, v, own * sizeof *v);
    }
}

/* y_i += R(i, k) y_k / s_k: what is wanted at k counts for whoever goes there. */
BLOCK_LOOP
static void elimination_lift_functions(const struct elimination *e, double *y, double *v) {
    const double *C = e->column + e->columns;
    for (size_t f = 0; f < e->order.fronts; f++) {
        const size_t n = size_of(e, f), own = own_of(e, f);
        const int64_t *list = later(e, f, own);
        double *x = y + e->order.first[f];
        memcpy(v, x, own * sizeof *v);
        memset(v + own, 0, (n - own) * sizeof *v);
        for (size_t k = 0; k < own; k++) {
            C -= n - k;
            v[k] /= C[0];
            add_multiple(n - k - 1, v[k], C + 1, v + k + 1);
        }
        memcpy(x, v, own * sizeof *v);
        for (size_t j = own; j < n; j++)
            y[list[j - own]] += v[j];
    }
}

/* y_k += Sum over j after k of R(k, j) / s_k y_j. */
BLOCK_LOOP
static void elimination_lower_functions(const struct elimination *e, double *y, double *v) {
    const double *R = e->row + e->rows;
    for (size_t f = e->order.fronts; f-- > 0;) {
        const size_t n = size_of(e, f), own = own_of(e, f);
        const int64_t *list = later(e, f, own);
        double *x = y + e->order.first[f];
        memcpy(v, x, own * sizeof *v);
        for (size_t j = own; j < n; j++)
            v[j] = y[list[j - own]];
        for (size_t k = own; k-- > 0;) {
            R -= n - k - 1;
            v[k] += dot(n - k - 1, R, v + k + 1);
        }
        memcpy(x, v, own * sizeof *v);
    }
}

static void gather(const struct elimination *e, const double *b, double *y) {
    for (size_t k = 0; k < e->n; k++)
        y[k] = b[e->state[k]];
}

static void scatter(const struct elimination *e, const double *y, double *x) {
    memset(x, 0, e->all * sizeof *x);
    for (size_t k = 0; k < e->n; k++)
        x[e->state[k]] = y[k];
}

void elimination_solve(const struct elimination *e, const double *b, double *x,
                       double *work) {
    double *y = work;
    gather(e, b, y);
    elimination_lift_masses(e, y, y + e->n);
    elimination_lower_masses(e, y, y + e->n);
    scatter(e, y, x);
}

void elimination_solve_transposed(const struct elimination *e, const double *b, double *x,
                                  double *work) {
    double *y = work;
    gather(e, b, y);
    elimination_lift_functions(e, y, y + e->n);
    elimination_lower_functions(e, y, y + e->n);
    scatter(e, y, x);
}
