/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/elimination_parts.h"
#include <string.h>

/* Front by front: v, the front's own numbers and those of its later states, is lifted or
 * lowered by the front's factors. */
struct sweep {
    void (*front)(size_t n, size_t own, const double *factors, double *v);
    bool rows; /* the factors it takes; or columns */
};

/* Columns are stored from the last front to the first. */
static const double *factors_of(const struct elimination *e, size_t f, bool rows) {
    const double *first = e->factors + PANEL, *end = first + e->rows + e->columns;
    if (rows) return first + e->rows_before[f];
    return end - (e->rows_before[f + 1] + (size_t)e->order.first[f + 1]);
}

/* The first state of the fronts that both halves know. */
static int64_t top_state(const struct elimination *e) {
    return e->order.first[e->cut[1]];
}

/* The fronts [from, to): each passes on what it has to its later states; to those from
 * top_state() on in top. */
static void lift(const struct elimination *e, struct sweep sweep, size_t from, size_t to,
                 double *y, double *top, double *v) {
    const int64_t high = top_state(e);
    for (size_t f = from; f < to; f++) {
        const size_t n = size_of(e, f), own = own_of(e, f);
        const int64_t *list = e->order.list + e->order.begin[f];
        double *x = y + e->order.first[f];
        memcpy(v, x, own * sizeof *v);
        memset(v + own, 0, (n - own) * sizeof *v);
        sweep.front(n, own, factors_of(e, f, sweep.rows), v);
        memcpy(x, v, own * sizeof *v);
        size_t j = own;
        for (; j < n && list[j] < high; j++)
            y[list[j]] += v[j];
        for (; j < n; j++)
            top[list[j] - high] += v[j];
    }
}

/* The fronts [from, to), the last one first: each asks its later states. */
static void lower(const struct elimination *e, struct sweep sweep, size_t from, size_t to,
                  double *y, double *v) {
    for (size_t f = to; f-- > from;) {
        const size_t n = size_of(e, f), own = own_of(e, f);
        const int64_t *list = e->order.list + e->order.begin[f];
        double *x = y + e->order.first[f];
        memcpy(v, x, own * sizeof *v);
        for (size_t j = own; j < n; j++)
            v[j] = y[list[j]];
        sweep.front(n, own, factors_of(e, f, sweep.rows), v);
        memcpy(x, v, own * sizeof *v);
    }
}

/* y[n], and behind it v of either half and what the second half passes on to the top. Where
 * there is no cut the top is all. */
static void sweep_both_ways(const struct elimination *e, struct sweep up, struct sweep down,
                            double *y) {
    const size_t begin[2] = {0, e->cut[0]}, top = (size_t)top_state(e);
    double *v[2] = {y + e->n, y + e->n + e->widest}, *passed = v[1] + e->widest;
    double *tops[2] = {y + top, passed};
    for (size_t k = 0; e->cut[1] > 0 && k < e->n - top; k++)
        passed[k] = 0;
#pragma omp parallel for schedule(static, 1) if (e->cut[1] > 0)
    for (int half = 0; half < 2; half++)
        lift(e, up, begin[half], e->cut[half], y, tops[half], v[half]);
    for (size_t k = 0; e->cut[1] > 0 && k < e->n - top; k++)
        y[top + k] += passed[k];
    lift(e, up, e->cut[1], e->order.fronts, y, y + top, v[0]);
    lower(e, down, e->cut[1], e->order.fronts, y, v[0]);
#pragma omp parallel for schedule(static, 1) if (e->cut[1] > 0)
    for (int half = 0; half < 2; half++)
        lower(e, down, begin[half], e->cut[half], y, v[half]);
}

static void solve(const struct elimination *e, struct sweep up, struct sweep down,
                  const double *b, double *x, double *work) {
    double *y = work;
    for (size_t k = 0; k < e->n; k++)
        y[k] = b[e->state[k]];
    sweep_both_ways(e, up, down, y);
    if (e->n < e->all) memset(x, 0, e->all * sizeof *x);
    for (size_t k = 0; k < e->n; k++)
        x[e->state[k]] = y[k];
}

void elimination_solve(const struct elimination *e, const double *b, double *x,
                       double *work) {
    solve(e, (struct sweep){front_lift_masses, true},
          (struct sweep){front_lower_masses, false}, b, x, work);
}

void elimination_solve_transposed(const struct elimination *e, const double *b, double *x,
                                  double *work) {
    solve(e, (struct sweep){front_lift_functions, false},
          (struct sweep){front_lower_functions, true}, b, x, work);
}
