/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/chain.h"
#include "solver/linalg/front.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WARM_UP = 200, /* steps after which masses are compared */
    SLICE = 800    /* states that are eliminated at one go */
};

bool chain_has_room(const struct grid *grid, const bool *inside) {
    size_t n = 0;
    for (size_t i = 0; i < grid->cells; i++)
        n += inside[i];
    return n <= (grid->dims == 2 ? CHAIN_CELLS_PLANE : CHAIN_CELLS);
}

/* -------------------------------------------------------------------------- the order */

static bool is_inside(const bool *inside, size_t i) {
    return inside == NULL || inside[i];
}

bool chain_warm_up(const struct sparse *P, const bool *inside, double *m,
                   struct error *err) {
    double *next = array_create(P->n, sizeof *next, err);
    if (next == NULL) return false;
    for (size_t i = 0; i < P->n; i++)
        m[i] = is_inside(inside, i);
    for (int k = 0; k < WARM_UP; k++) {
        double sum = 0;
        sparse_apply(P, m, next);
        for (size_t i = 0; i < P->n; i++)
            sum += is_inside(inside, i) ? fabs(next[i]) : 0;
        for (size_t i = 0; i < P->n && sum > 0; i++)
            m[i] = is_inside(inside, i) ? next[i] / sum : 0;
    }
    for (size_t i = 0; i < P->n; i++)
        m[i] = fabs(m[i]);
    free(next);
    return true;
}

static int by_mass(const void *a, const void *b, void *context) {
    const size_t i = *(const size_t *)a, j = *(const size_t *)b;
    const double x = ((const double *)context)[i], y = ((const double *)context)[j];
    return x != y ? (x > y) - (x < y) : (i > j) - (i < j);
}

static bool put_in_order(struct chain *c, const struct sparse *P, const bool *inside,
                         struct error *err) {
    double *m = array_create(c->all, sizeof *m, err);
    const bool good = m && chain_warm_up(P, inside, m, err);
    for (size_t i = 0; i < c->all; i++)
        if (is_inside(inside, i)) c->state[c->n++] = i;
    if (good) qsort_r(c->state, c->n, sizeof *c->state, by_mass, m);
    free(m);
    return good;
}

/* ---------------------------------------------------------------------- elimination */

/* Rates between the states inside; all that leads out is loss. */
static bool put_rates(struct chain *c, const struct sparse *P, const double *absorbed,
                      struct error *err) {
    const size_t n = c->n, nowhere = (size_t)-1;
    size_t *place = array_create(c->all, sizeof *place, err);
    if (place == NULL) return false;
    for (size_t i = 0; i < c->all; i++)
        place[i] = nowhere;
    for (size_t k = 0; k < n; k++)
        place[c->state[k]] = k;
    for (size_t k = 0; k < n; k++) {
        const size_t j = c->state[k];
        double *row = c->R + k * (n + 1);
        row[n] = absorbed[j];
        for (int64_t q = P->start[j]; q < P->start[j + 1]; q++) {
            const size_t to = place[P->row[q]];
            if (to != k) row[to == nowhere ? n : to] += P->value[q];
        }
        c->loss[k] = row[n];
    }
    free(place);
    return true;
}

static bool stuck(struct error *err) {
    return fail(err, ERROR_RUN,
                "what leaves a part of the cells is lost in rounding or in the negative "
                "weights of the deposits: take more cells, or positive deposits");
}

/* Copies the chain on the states from `first` on out of R into a matrix of its own, or
 * back. */
static void copy_rest(const struct chain *c, size_t first, double *rest, bool back) {
    const size_t m = c->n - first, width = c->n + 1;
    for (size_t i = 0; i < m; i++) {
        double *row = c->R + (first + i) * width + first, *copy = rest + i * (m + 1);
        memcpy(back ? row : copy, back ? copy : row, (m + 1) * sizeof *row);
    }
}

/* In slices, with a look at the monitor between them. */
static bool eliminate(struct chain *c, const struct monitor *monitor, struct error *err) {
    const size_t slice = c->own > SLICE ? c->own / 16 : c->own;
    double *rest = array_create((c->n - slice) * (c->n - slice + 1), sizeof *rest, err);
    bool good = rest != NULL;
    for (size_t k = 0; good && k < c->own; k += slice) {
        const size_t own = k + slice < c->own ? slice : c->own - k;
        if (k > 0) copy_rest(c, k, rest, false);
        const size_t taken = front_eliminate(k > 0 ? rest : c->R, c->n - k, own);
        if (k > 0) copy_rest(c, k, rest, true);
        const double left = 1 - (double)(k + own) / (double)c->n;
        good = (taken == own || stuck(err)) &&
               monitor_tick(monitor, 1 - left * left * left, err);
    }
    free(rest);
    return good;
}

struct chain *chain_create(const struct sparse *P, const double *absorbed,
                           const bool *inside, bool pinned, const struct monitor *monitor,
                           struct error *err) {
    struct chain *c = array_create(1, sizeof *c, err);
    if (c == NULL) return NULL;
    c->all = P->n;
    bool good = (c->state = array_create(c->all, sizeof *c->state, err)) &&
                put_in_order(c, P, inside, err);
    c->own = c->n - (pinned && c->n > 0);
    good = good && (c->R = array_create(c->n * (c->n + 1), sizeof *c->R, err)) &&
           (c->loss = array_create(c->n, sizeof *c->loss, err)) &&
           (c->work = array_create(c->n, sizeof *c->work, err)) &&
           put_rates(c, P, absorbed, err) && eliminate(c, monitor, err);
    if (good) return c;
    chain_destroy(c);
    return NULL;
}

void chain_destroy(struct chain *c) {
    if (c == NULL) return;
    free(c->work), free(c->R), free(c->loss), free(c->state);
    free(c);
}

/* ------------------------------------------------------------------------------ solves */

static void gather(const struct chain *c, const double *b) {
    for (size_t k = 0; k < c->n; k++)
        c->work[k] = b[c->state[k]];
}

static void scatter(const struct chain *c, double *x) {
    memset(x, 0, c->all * sizeof *x);
    for (size_t k = 0; k < c->n; k++)
        x[c->state[k]] = c->work[k];
}

/* What is in k goes on to the states after it. */
static void lift_masses(const struct chain *c) {
    for (size_t k = 0; k < c->own; k++) {
        const double *row = c->R + k * (c->n + 1), y = c->work[k];
        for (size_t j = k + 1; j < c->n; j++)
            c->work[j] += y * row[j];
    }
}

/* y_k = (y_k + Sum over i after k of y_i R(i, k)) / s_k. */
static void lower_masses(const struct chain *c) {
    for (size_t i = c->n; i-- > 0;) {
        const double *row = c->R + i * (c->n + 1);
        if (i < c->own) c->work[i] /= row[i];
        const double y = c->work[i];
        for (size_t k = 0; k < i; k++)
            c->work[k] += y * row[k];
    }
}

void chain_balance(const struct chain *c, double *x) {
    memset(c->work, 0, c->n * sizeof *c->work);
    c->work[c->n - 1] = 1;
    lower_masses(c);
    scatter(c, x);
}

void chain_masses(const struct chain *c, const double *b, double *x) {
    gather(c, b);
    lift_masses(c);
    if (c->own < c->n) c->work[c->own] = 0;
    lower_masses(c);
    scatter(c, x);
}

void chain_functions(const struct chain *c, const double *b, double *x) {
    gather(c, b);
    for (size_t i = 0; i < c->own; i++) {
        const double *row = c->R + i * (c->n + 1);
        for (size_t k = 0; k < i; k++)
            c->work[i] += row[k] * c->work[k];
        c->work[i] /= row[i];
    }
    if (c->own < c->n) c->work[c->own] = 0;
    for (size_t k = c->own; k-- > 0;) {
        const double *row = c->R + k * (c->n + 1);
        for (size_t j = k + 1; j < c->n; j++)
            c->work[k] += row[j] * c->work[j];
    }
    scatter(c, x);
}
