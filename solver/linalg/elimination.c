/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/elimination.h"
#include "io/clones.h"
#include "solver/linalg/ordering.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 48 }; /* states eliminated between two updates of the rest of a front */
static const double slowest = 1e-290;

/* A front of n states, row i: the rates R(i, j) to its states j and, in column n, to
 * nowhere. The first `own` are eliminated in it. After that, for an own state k: R(k, j) /
 * s_k to the right of the diagonal, s_k on it, R(i, k) below it. */
struct elimination {
    size_t all, n;  /* states given, and inside */
    int64_t *state; /* [n] the k-th state eliminated */
    struct ordering order;
    struct sparse *out, *in; /* in the order of elimination: column k holds the rates out of
                                the k-th state, and into it; diagonals are not read */
    double *loss;            /* [n] */
    int64_t *child, *sibling;
    int64_t *row_at, *column_at; /* [fronts + 1] into row, column */
    double *row;                 /* [own][n + 1] a front */
    double *column;              /* [n - own][own] */
    double *work;                /* [2 n] */
    double **left;  /* [fronts] [n - own][n - own + 1]: for the parent; NULL when taken */
    int64_t *where; /* [n] column of a state in the present front */
    double *front;  /* the present one */
    size_t largest; /* numbers in the largest one */
    bool loses;     /* some state */
    bool pinned;    /* the last state is left over: s = 0 */
};

/* ------------------------------------------------------------------------------- plan */

static size_t own_of(const struct elimination *e, size_t f) {
    return (size_t)(e->order.first[f + 1] - e->order.first[f]);
}
static size_t size_of(const struct elimination *e, size_t f) {
    return (size_t)(e->order.begin[f + 1] - e->order.begin[f]);
}

/* number[all]: a state's number inside, or -1. Collects the losses, and the rates inside as
 * (to, from) pairs of numbers. */
static struct sparse *select_rates(struct elimination *e, const struct sparse *A,
                                   const int64_t *number, const double *loss,
                                   struct error *err) {
    const size_t most = (size_t)A->start[A->n];
    int64_t *to = array_create(2 * most, sizeof *to, err), *from = to + most;
    double *rate = to ? array_create(most, sizeof *rate, err) : NULL;
    struct sparse *inside = NULL;
    size_t count = 0;
    for (size_t j = 0; rate != NULL && j < A->n; j++) {
        if (number[j] < 0) continue;
        e->loss[number[j]] = loss ? loss[j] : 0;
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            const int64_t i = A->row[k];
            if (i == (int64_t)j) continue;
            if (number[i] < 0) {
                e->loss[number[j]] += A->value[k];
            } else {
                to[count] = number[i], from[count] = number[j];
                rate[count++] = A->value[k];
            }
        }
    }
    if (rate != NULL) inside = sparse_create(e->n, count, to, from, rate, err);
    free(rate);
    free(to);
    return inside;
}

/* P A P^T, or its transpose: place[n] is where a state comes in the order. */
static struct sparse *permute(const struct sparse *A, const int64_t *place, bool transpose,
                              struct error *err) {
    const size_t count = (size_t)A->start[A->n];
    int64_t *row = array_create(2 * count, sizeof *row, err), *column = row + count;
    if (row == NULL) return NULL;
    for (size_t j = 0; j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            row[k] = place[A->row[k]], column[k] = place[j];
    struct sparse *B = sparse_create(A->n, count, transpose ? column : row,
                                     transpose ? row : column, A->value, err);
    free(row);
    return B;
}

static bool put_in_order(struct elimination *e, const struct sparse *rates,
                         struct error *err) {
    const size_t n = e->n;
    if (!ordering_init(&e->order, rates, err)) return false;
    int64_t *place = array_create(2 * n, sizeof *place, err), *state = place + n;
    double *loss = place ? array_create(n, sizeof *loss, err) : NULL;
    bool good = loss != NULL;
    for (size_t k = 0; good && k < n; k++) {
        const int64_t i = e->order.index[k];
        e->loses |= e->loss[i] > 0;
        place[i] = (int64_t)k, state[k] = e->state[i], loss[k] = e->loss[i];
    }
    if (good) {
        memcpy(e->loss, loss, n * sizeof *loss);
        memcpy(e->state, state, n * sizeof *state);
    }
    good = good && (e->out = permute(rates, place, false, err)) &&
           (e->in = permute(rates, place, true, err));
    free(loss);
    free(place);
    return good;
}

/* Where the factors will be; the tree's children. */
static bool plan(struct elimination *e, struct error *err) {
    const size_t fronts = e->order.fronts;
    size_t largest = 0;
    if (!(e->child = array_create(fronts, sizeof *e->child, err)) ||
        !(e->sibling = array_create(fronts, sizeof *e->sibling, err)) ||
        !(e->left = array_create(fronts, sizeof *e->left, err)) ||
        !(e->row_at = array_create(fronts + 1, sizeof *e->row_at, err)) ||
        !(e->column_at = array_create(fronts + 1, sizeof *e->column_at, err)) ||
        !(e->where = array_create(e->n, sizeof *e->where, err)) ||
        !(e->work = array_create(2 * e->n, sizeof *e->work, err)))
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
        e->row_at[f + 1] = e->row_at[f] + (int64_t)(own * (n + 1));
        e->column_at[f + 1] = e->column_at[f] + (int64_t)((n - own) * own);
        if (n * (n + 1) > largest) largest = n * (n + 1);
    }
    e->largest = largest;
    return true;
}

/* For the numbers; with the first factorisation. */
static bool allocate(struct elimination *e, struct error *err) {
    const size_t fronts = e->order.fronts;
    if (e->front != NULL) return true;
    return (e->row != NULL ||
            (e->row = array_create((size_t)e->row_at[fronts], sizeof *e->row, err))) &&
           (e->column != NULL || (e->column = array_create((size_t)e->column_at[fronts],
                                                           sizeof *e->column, err))) &&
           (e->front = array_create(e->largest, sizeof *e->front, err));
}

struct elimination *elimination_create(const struct sparse *A, const bool *inside,
                                       const double *loss, struct error *err) {
    struct elimination *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    int64_t *number = array_create(A->n, sizeof *number, err);
    struct sparse *rates = NULL;
    bool good = number && (e->state = array_create(A->n, sizeof *e->state, err)) &&
                (e->loss = array_create(A->n, sizeof *e->loss, err));
    e->all = A->n;
    for (size_t i = 0; good && i < A->n; i++) {
        number[i] = inside == NULL || inside[i] ? (int64_t)e->n : -1;
        if (number[i] >= 0) e->state[e->n++] = (int64_t)i;
    }
    good = good && (rates = select_rates(e, A, number, loss, err)) &&
           put_in_order(e, rates, err) && plan(e, err);
    sparse_destroy(rates);
    free(number);
    if (good) return e;
    elimination_destroy(e);
    return NULL;
}

void elimination_destroy(struct elimination *e) {
    if (e == NULL) return;
    for (size_t f = 0; e->left != NULL && f < e->order.fronts; f++)
        free(e->left[f]);
    free(e->front), free(e->column), free(e->row), free(e->work), free(e->where);
    free(e->column_at), free(e->row_at), free(e->left), free(e->sibling), free(e->child);
    sparse_destroy(e->in), sparse_destroy(e->out);
    ordering_finish(&e->order);
    free(e->loss), free(e->state);
    free(e);
}

/* ----------------------------------------------------------------------------- a front */

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
        const int64_t s = first + (int64_t)k;
        R[k * width + n] = e->loss[s] + z;
        for (int64_t q = e->out->start[s]; q < e->out->start[s + 1]; q++)
            if (e->out->row[q] >= first)
                R[k * width + (size_t)e->where[e->out->row[q]]] += e->out->value[q];
        for (int64_t q = e->in->start[s]; q < e->in->start[s + 1]; q++)
            if (e->in->row[q] >= end)
                R[(size_t)e->where[e->in->row[q]] * width + k] += e->in->value[q];
    }
    for (int64_t c = e->child[f]; c >= 0; c = e->sibling[c]) {
        const size_t gone = own_of(e, (size_t)c), m = size_of(e, (size_t)c) - gone;
        const int64_t *from = e->order.list + e->order.begin[c] + gone;
        const double *L = e->left[c];
        for (size_t i = 0; i < m; i++, L += m + 1) {
            double *row = R + (size_t)e->where[from[i]] * width;
            for (size_t j = 0; j < m; j++)
                row[e->where[from[j]]] += L[j];
            row[n] += L[m];
        }
        free(e->left[c]);
        e->left[c] = NULL;
    }
}

/* R(i, j) += Sum over k in [k0, k1) of R(i, k) R(k, j) for rows i >= k1 and columns j >=
 * k1; R(k, j) is divided by s_k already. */
BLOCK_LOOP
static void elimination_update(double *R, size_t n, size_t k0, size_t k1) {
    const size_t width = n + 1;
    for (size_t i = k1; i < n; i++) {
        double *restrict row = R + i * width;
        size_t k = k0;
        for (; k + 4 <= k1; k += 4) {
            const double *restrict u = R + k * width;
            const double a = row[k], b = row[k + 1], c = row[k + 2], d = row[k + 3];
            for (size_t j = k1; j < width; j++)
                row[j] += (a * u[j] + b * u[j + width]) +
                          (c * u[j + 2 * width] + d * u[j + 3 * width]);
        }
        for (; k < k1; k++)
            for (size_t j = k1; j < width; j++)
                row[j] += row[k] * R[k * width + j];
    }
}

/* Adds to row i, columns after p, what goes on through the states p in [k0, to). */
static void pass_on(double *R, size_t width, size_t i, size_t k0, size_t to, size_t end) {
    double *row = R + i * width;
    for (size_t p = k0; p < to; p++)
        for (size_t j = p + 1; j < end; j++)
            row[j] += row[p] * R[p * width + j];
}

/* Takes the front's own states out. False where s is too small to divide by; closed: a zero
 * of the last state of all is let pass, *pinned. */
static bool eliminate(double *R, size_t n, size_t own, bool closed, bool *pinned) {
    const size_t width = n + 1;
    for (size_t k0 = 0; k0 < own; k0 += BLOCK) {
        const size_t k1 = k0 + BLOCK < own ? k0 + BLOCK : own;
        for (size_t k = k0; k < k1; k++) {
            double *row = R + k * width, s = 0;
            pass_on(R, width, k, k0, k, width);
            for (size_t j = k + 1; j < width; j++)
                s += row[j];
            row[k] = s;
            *pinned = closed && s == 0 && k + 1 == n;
            if (!*pinned && !(s > slowest && isfinite(s))) return false;
            for (size_t j = k + 1; j < width; j++)
                row[j] = *pinned ? 0 : row[j] / s;
        }
        for (size_t i = k1; i < n; i++)
            pass_on(R, width, i, k0, k1, k1);
        elimination_update(R, n, k0, k1);
    }
    return true;
}

/* The front's factors into their places, and the rest for the parent. */
static bool put_away(struct elimination *e, size_t f, struct error *err) {
    const size_t n = size_of(e, f), own = own_of(e, f), m = n - own, width = n + 1;
    const double *R = e->front;
    memcpy(e->row + e->row_at[f], R, own * width * sizeof *R);
    if (m == 0) return true;
    double *left = e->left[f] = array_create(m * (m + 1), sizeof *left, err);
    if (left == NULL) return false;
    for (size_t i = 0; i < m; i++) {
        const double *row = R + (own + i) * width;
        memcpy(e->column + e->column_at[f] + i * own, row, own * sizeof *R);
        memcpy(left + i * (m + 1), row + own, (m + 1) * sizeof *R);
    }
    return true;
}

bool elimination_factor(struct elimination *e, double z, struct error *err) {
    if (!allocate(e, err)) return false;
    for (size_t f = 0; f < e->order.fronts; f++) {
        free(e->left[f]); /* of an earlier failure */
        e->left[f] = NULL;
    }
    for (size_t f = 0; f < e->order.fronts; f++) {
        assemble(e, f, z);
        if (!eliminate(e->front, size_of(e, f), own_of(e, f), z == 0 && !e->loses,
                       &e->pinned))
            return fail(err, ERROR_RUN,
                        "a part of the chain is left at a rate below %g: too slow for "
                        "double precision, or there is no way out of it",
                        slowest);
        if (e->pinned && f + 1 < e->order.fronts)
            return fail(err, ERROR_RUN, "the chain falls into parts that never meet");
        if (!put_away(e, f, err)) return false;
    }
    return true;
}

double elimination_entries(const struct elimination *e) {
    return (double)(e->row_at[e->order.fronts] + e->column_at[e->order.fronts]);
}

/* ------------------------------------------------------------------------------ solves */

/* In eight parts, which vector instructions add side by side. */
static inline double dot(size_t n, const double *x, const double *y) {
    double part[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t q = 0; q < 8; q++)
            part[q] += x[i + q] * y[i + q];
    for (; i < n; i++)
        part[0] += x[i] * y[i];
    return ((part[0] + part[4]) + (part[1] + part[5])) +
           ((part[2] + part[6]) + (part[3] + part[7]));
}

/* y_i += R(i, k) y_k / s_k: what is wanted at k counts for whoever goes there. */
BLOCK_LOOP
static void elimination_lift_functions(const struct elimination *e, double *y) {
    for (size_t f = 0; f < e->order.fronts; f++) {
        const size_t n = size_of(e, f), own = own_of(e, f), width = n + 1;
        const double *R = e->row + e->row_at[f], *C = e->column + e->column_at[f];
        const int64_t *list = e->order.list + e->order.begin[f];
        double *x = y + e->order.first[f];
        for (size_t k = 0; k < own; k++) {
            x[k] += dot(k, R + k * width, x);
            x[k] /= R[k * width + k];
        }
        for (size_t i = 0; i < n - own; i++)
            y[list[own + i]] += dot(own, C + i * own, x);
    }
}

/* y_k += Sum over j after k of R(k, j) / s_k y_j. */
BLOCK_LOOP
static void elimination_lower_functions(const struct elimination *e, double *y,
                                        double *gathered) {
    for (size_t f = e->order.fronts; f-- > 0;) {
        const size_t n = size_of(e, f), own = own_of(e, f), width = n + 1;
        const double *R = e->row + e->row_at[f];
        const int64_t *list = e->order.list + e->order.begin[f];
        for (size_t j = own; j < n; j++)
            gathered[j] = y[list[j]];
        double *x = y + e->order.first[f];
        for (size_t k = own; k-- > 0;) {
            const double *row = R + k * width;
            x[k] += dot(own - k - 1, row + k + 1, x + k + 1) +
                    dot(n - own, row + own, gathered + own);
        }
    }
}

/* y_j += y_k R(k, j) / s_k: what is in k goes on to j. */
BLOCK_LOOP
static void elimination_lift_masses(const struct elimination *e, double *y,
                                    double *gathered) {
    for (size_t f = 0; f < e->order.fronts; f++) {
        const size_t n = size_of(e, f), own = own_of(e, f), width = n + 1;
        const double *R = e->row + e->row_at[f];
        const int64_t *list = e->order.list + e->order.begin[f];
        double *x = y + e->order.first[f];
        memset(gathered, 0, n * sizeof *gathered);
        for (size_t k = 0; k < own; k++) {
            for (size_t j = k + 1; j < own; j++)
                x[j] += x[k] * R[k * width + j];
            for (size_t j = own; j < n; j++)
                gathered[j] += x[k] * R[k * width + j];
        }
        for (size_t j = own; j < n; j++)
            y[list[j]] += gathered[j];
    }
}

/* y_k = (y_k + Sum over i after k of y_i R(i, k)) / s_k. */
BLOCK_LOOP
static void elimination_lower_masses(const struct elimination *e, double *y) {
    for (size_t f = e->order.fronts; f-- > 0;) {
        const size_t n = size_of(e, f), own = own_of(e, f), width = n + 1;
        const double *R = e->row + e->row_at[f], *C = e->column + e->column_at[f];
        const int64_t *list = e->order.list + e->order.begin[f];
        double *x = y + e->order.first[f];
        for (size_t i = 0; i < n - own; i++) {
            const double m = y[list[own + i]];
            for (size_t k = 0; k < own; k++)
                x[k] += m * C[i * own + k];
        }
        for (size_t k = own; k-- > 0;) {
            const double s = R[k * width + k];
            if (s > 0) x[k] /= s; /* else the state that is left over */
            for (size_t p = 0; p < k; p++)
                x[p] += x[k] * R[k * width + p];
        }
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

void elimination_solve(const struct elimination *e, const double *b, double *x) {
    double *y = e->work;
    gather(e, b, y);
    elimination_lift_masses(e, y, y + e->n);
    elimination_lower_masses(e, y);
    scatter(e, y, x);
}

void elimination_solve_transposed(const struct elimination *e, const double *b, double *x) {
    double *y = e->work;
    gather(e, b, y);
    elimination_lift_functions(e, y);
    elimination_lower_functions(e, y, y + e->n);
    scatter(e, y, x);
}

void elimination_stationary(const struct elimination *e, double *m) {
    double *y = e->work, sum = 0;
    memset(y, 0, e->n * sizeof *y);
    y[e->n - 1] = 1;
    elimination_lower_masses(e, y);
    for (size_t k = 0; k < e->n; k++)
        sum += y[k];
    for (size_t k = 0; k < e->n; k++)
        y[k] /= sum;
    scatter(e, y, m);
}
