/* SPDX-License-Identifier: GPL-3.0-or-later
 * First passage in one variable with normal noise, all in logarithms (fv/line/escape.h). */
#include "solver/equation/line.h"
#include "solver/escape/passage_rows.h"
#include "solver/fv/line/quasi.h"
#include <math.h>
#include <string.h>

static bool create(struct passage *p, const bool *target, struct error *err) {
    struct line_escape *e =
        line_escape_create(line_interval_generator(p->interval), target, err);
    if ((p->state = e) == NULL) return false;
    memcpy(p->log_time, e->log_tau, p->grid->cells * sizeof *p->log_time);
    p->log_lower = e->log_lower, p->log_upper = e->log_upper;
    p->target = e->target;
    return true;
}

static void destroy(void *state) {
    line_escape_destroy(state);
}

static double log_time_at(const struct passage *p, const double *x) {
    return line_escape_log_time_at(p->state, x[0]);
}

static double log_time_from(const struct passage *p, const double *density) {
    return line_escape_log_time_from(p->state, density);
}

static bool quasi(const struct passage *p, size_t within, struct passage_quasi *out,
                  struct error *err) {
    struct line_quasi q;
    if (!line_quasi_compute(p->state, within, &q, err)) return false;
    *out = (struct passage_quasi){q.log_rate, q.error, q.density};
    q.density = NULL; /* ours now */
    line_quasi_finish(&q);
    return true;
}

/* The interval around `within`. */
static bool extent(const struct passage *p, size_t within, struct passage_box *b) {
    const struct cell_run v = line_escape_interval(p->state, within);
    b->first[0] = v.first, b->cells[0] = v.cells;
    return v.first + v.cells <= p->grid->cells;
}

static bool survival(const struct passage *p, const struct propagator_options *options,
                     const double *p0, size_t n, const double *t, struct survival *out,
                     struct error *err) {
    return survival_compute(p->state, NULL, options, p0, n, t, out, err);
}

static bool committor(const struct passage *p, const bool *A, const bool *B, double *work,
                      double *q, struct error *err) {
    const struct line_generator *g = line_interval_generator(p->interval);
    if (!line_escape_committor(g, A, B, work, q, err)) return false;
    for (size_t i = 0; i < p->grid->cells; i++)
        q[i] = exp(q[i]);
    return true;
}

static bool reached(const struct passage *p, const double *p0, double t,
                    double *probability, double *error, struct error *err) {
    const struct line_escape *e = p->state;
    return survival_reached(e, p0, t, e->absorbing->monitor, probability, error, err);
}

const struct passage_table passage_line = {
    .equation = &line_equation,
    .second_order = true,
    .aligns = true,
    .light = true,
    .create = create,
    .destroy = destroy,
    .log_time_at = log_time_at,
    .log_time_from = log_time_from,
    .quasi = quasi,
    .extent = extent,
    .survival = survival,
    .committor = committor,
    .reached = reached,
};
