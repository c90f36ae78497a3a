/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/chain.h"
#include "solver/linalg/front.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_UP = 200 }; /* steps after which masses are compared */

/* -------------------------------------------------------------------------- the order */

/* |masses| of the states inside after some steps from equal ones. */
static bool estimate_masses(const struct transfer *op, const bool *inside, double *m,
                            struct error *err) {
    const size_t cells = op->grid->cells;
    double *next = array_create(cells, sizeof *next, err);
    if (next == NULL) return false;
    for (size_t i = 0; i < cells; i++)
        m[i] = inside[i];
    for (int k = 0; k < WARM_UP; k++) {
        double sum = 0;
        (void)transfer_step(op, m, next);
        for (size_t i = 0; i < cells; i++)
            sum += inside[i] ? fabs(next[i]) : 0;
        for (size_t i = 0; i < cells && sum > 0; i++)
            m[i] = inside[i] ? next[i] / sum : 0;
    }
    for (size_t i = 0; i < cells; i++)
        m[i] = fabs(m[i]);
    free(next);
    return true;
}

static int by_mass(const void *a, const void *b, void *context) {
    const size_t i = *(const size_t *)a, j = *(const size_t *)b;
    const double x = ((const double *)context)[i], y = ((const double *)context)[j];
    return x != y ? (x > y) - (x < y) : (i > j) - (i < j);
}

static bool put_in_order(struct chain *c, const struct transfer *op, const bool *inside,
                         struct error *err) {
    double *m = array_create(c->all, sizeof *m, err);
    const bool good = m && estimate_masses(op, inside, m, err);
    for (size_t i = 0; i < c->all; i++)
        if (inside[i]) c->state[c->n++] = i;
    if (good) qsort_r(c->state, c->n, sizeof *c->state, by_mass, m);
    free(m);
    return good;
}

/* ---------------------------------------------------------------------- elimination */

/* Rates between the states inside; all that leads out is loss. */
static bool put_rates(struct chain *c, const struct transfer *op, struct error *err) {
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
        row[n] = op->absorbed[j];
        for (int64_t q = op->P->start[j]; q < op->P->start[j + 1]; q++) {
            const size_t to = place[op->P->row[q]];
            if (to != k) row[to == nowhere ? n : to] += op->P->value[q];
        }
        c->loss[k] = row[n];
    }
    free(place);
    return true;
}

static bool eliminate(struct chain *c, const struct transfer *op, struct error *err) {
    const size_t taken = front_eliminate(c->R, c->n, c->own);
    if (taken == c->own) return true;
    const struct grid *grid = op->grid;
    const size_t at = c->state[taken], nx = grid->axis[0]->cells;
    char place[64];
    snprintf(place, sizeof place, grid->dims == 2 ? "(%g, %g)" : "%g",
             grid->axis[0]->centre[at % nx],
             grid->dims == 2 ? grid->axis[1]->centre[at / nx] : 0);
    return fail(
        err, ERROR_RUN,
        "what leaves the neighbourhood of %s is lost in rounding or in the negative "
        "weights of the deposits: take more cells, or positive deposits",
        place);
}

struct chain *chain_create(const struct transfer *op, const bool *inside, bool pinned,
                           const struct monitor *monitor, struct error *err) {
    struct chain *c = array_create(1, sizeof *c, err);
    if (c == NULL) return NULL;
    c->all = op->grid->cells;
    bool good = (c->state = array_create(c->all, sizeof *c->state, err)) &&
                put_in_order(c, op, inside, err) && monitor_tick(monitor, 0.1, err);
    c->own = c->n - (pinned && c->n > 0);
    good = good && (c->R = array_create(c->n * (c->n + 1), sizeof *c->R, err)) &&
           (c->loss = array_create(c->n, sizeof *c->loss, err)) &&
           (c->work = array_create(c->n, sizeof *c->work, err)) && put_rates(c, op, err) &&
           eliminate(c, op, err);
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
