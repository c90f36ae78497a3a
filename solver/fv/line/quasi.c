/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/quasi.h"
#include "solver/fv/line/log_rates.h"
#include "solver/fv/quasi.h"
#include <stdlib.h>

enum { MOST_ITERATIONS = 10000 };

/* ln of the rates of the interval's cells k, and of the pivots of line/escape.c. */
struct chain {
    size_t cells;
    double *up, *down, *pivot;
    double *m, *next; /* ln masses, mass 1, and ln (-A)^-1 m */
    double log_rate;  /* after the last step */
};

static void chain_finish(struct chain *c) {
    free(c->next), free(c->m), free(c->pivot), free(c->down), free(c->up);
}

static bool chain_init(struct chain *c, const struct line_escape *e, struct cell_run v,
                       struct error *err) {
    *c = (struct chain){.cells = v.cells};
    double **const arrays[] = {&c->up, &c->down, &c->pivot, &c->m, &c->next};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        if (!(*arrays[k] = array_create(v.cells, sizeof(double), err))) return false;
    double g = 0;
    for (size_t k = 0; k < v.cells; k++) {
        const size_t i = (v.first + k) % e->cells;
        const double log_width = log(e->grid->axis[0]->width[i]);
        c->up[k] = e->log_left[i + 1] - log_width;
        c->down[k] = e->log_right[i] - log_width;
        const double below = log_times(c->down[k], g);
        c->pivot[k] = log_add(c->up[k], below);
        g = below - c->pivot[k];
    }
    return true;
}

/* Solves -A next = m: every term is positive. */
static void solve(struct chain *c) {
    const size_t n = c->cells;
    double y = -HUGE_VAL;
    for (size_t k = 0; k < n; k++) {
        const double in = k ? log_times(c->up[k - 1], y - c->pivot[k - 1]) : -HUGE_VAL;
        c->next[k] = y = log_add(c->m[k], in);
    }
    double q = -HUGE_VAL;
    for (size_t k = n; k-- > 0;) {
        const double in = k + 1 < n ? log_times(c->down[k + 1], q) : -HUGE_VAL;
        c->next[k] = q = log_add(c->next[k], in) - c->pivot[k];
    }
}

/* One step; returns ln(upper / lower bound of the rate). */
static double iterate(void *chain) {
    struct chain *c = chain;
    double least = HUGE_VAL, most = -HUGE_VAL;
    solve(c);
    for (size_t k = 0; k < c->cells; k++) {
        least = fmin(least, c->m[k] - c->next[k]);
        most = fmax(most, c->m[k] - c->next[k]);
    }
    const double total = log_sum(c->cells, NULL, c->next);
    c->log_rate = -total; /* the mass of m is 1 */
    for (size_t k = 0; k < c->cells; k++)
        c->m[k] = c->next[k] - total;
    return most - least;
}

static bool converge(struct chain *c, const struct monitor *monitor, struct line_quasi *out,
                     struct error *err) {
    const struct quasi_iteration iteration = {iterate, c, MOST_ITERATIONS, monitor};
    for (size_t k = 0; k < c->cells; k++)
        c->m[k] = -log((double)c->cells);
    const bool good = quasi_converge(&iteration, &out->error, &out->iterations, err);
    out->log_rate = c->log_rate, out->rate = exp(c->log_rate);
    return good;
}

static void fill(const struct line_escape *e, struct cell_run v, const struct chain *c,
                 struct line_quasi *out) {
    for (size_t i = 0; i < e->cells; i++)
        out->log_density[i] = -HUGE_VAL;
    out->log_lower = out->log_upper = -HUGE_VAL;
    for (size_t k = 0; k < v.cells; k++) {
        const size_t i = (v.first + k) % e->cells;
        out->log_density[i] = c->m[k] - log(e->grid->axis[0]->width[i]);
        out->log_lower = log_add(out->log_lower, log_times(c->m[k], e->log_lower[i]));
        out->log_upper = log_add(out->log_upper, log_times(c->m[k], e->log_upper[i]));
    }
    for (size_t i = 0; i < e->cells; i++)
        out->density[i] = exp(out->log_density[i]);
}

bool line_quasi_compute(const struct line_escape *e, size_t within, struct line_quasi *out,
                        struct error *err) {
    *out = (struct line_quasi){0};
    if (within >= e->cells || e->target[within]) return quasi_fail_inside(err);
    const struct cell_run v = line_escape_interval(e, within);
    for (size_t k = 0; k < v.cells; k++)
        if (!isfinite(e->log_tau[(v.first + k) % e->cells]))
            return fail(err, ERROR_SETTINGS,
                        "there is no quasi-stationary law: from %g the target is not "
                        "reached",
                        e->grid->axis[0]->centre[(v.first + k) % e->cells]);
    struct chain c = {0};
    const bool ok = chain_init(&c, e, v, err) &&
                    (out->log_density = array_create(e->cells, sizeof(double), err)) &&
                    (out->density = array_create(e->cells, sizeof(double), err)) &&
                    converge(&c, e->absorbing->monitor, out, err);
    if (ok)
        fill(e, v, &c, out);
    else
        line_quasi_finish(out);
    chain_finish(&c);
    return ok;
}

void line_quasi_finish(struct line_quasi *q) {
    free(q->density);
    free(q->log_density);
    *q = (struct line_quasi){0};
}
