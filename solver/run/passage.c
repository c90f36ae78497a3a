/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/passage.h"
#include "solver/fv/log_rates.h"
#include "solver/fv/quasi1.h"
#include <stdlib.h>

bool passage_create(const struct evolution_piece *piece, const struct grid *grid,
                    const bool *target, struct passage *out, struct error *err) {
    *out = (struct passage){.grid = grid};
    if (piece->line == NULL)
        return fail(err, ERROR_SETTINGS, "escape goes with one variable only so far");
    if ((out->line = escape1_create(piece->line, target, err)) == NULL) return false;
    out->log_time = out->line->log_tau;
    out->log_lower = out->line->log_lower, out->log_upper = out->line->log_upper;
    out->target = out->line->target;
    return true;
}

void passage_finish(struct passage *p) {
    escape1_destroy(p->line);
    *p = (struct passage){0};
}

double passage_log_time_at(const struct passage *p, const double *x) {
    return escape1_log_time_at(p->line, x[0]);
}

double passage_log_time_from(const struct passage *p, const double *density) {
    return escape1_log_time_from(p->line, density);
}

double passage_log_exit(const struct passage *p, const double *density, int side) {
    const double *log_exit = side == 0 ? p->log_lower : p->log_upper;
    double sum = -HUGE_VAL, mass = -HUGE_VAL;
    for (size_t i = 0; i < p->grid->cells; i++) {
        if (!(density[i] > 0) || p->target[i]) continue;
        const double m = log(density[i] * p->grid->volume[i]);
        mass = log_add(mass, m);
        sum = log_add(sum, log_times(m, log_exit[i]));
    }
    return fmin(sum - mass, 0);
}

bool passage_quasi(const struct passage *p, size_t within, struct passage_quasi *out,
                   struct error *err) {
    struct quasi1 q;
    *out = (struct passage_quasi){0};
    if (!quasi1_compute(p->line, within, &q, err)) return false;
    *out = (struct passage_quasi){q.log_rate, q.error, q.density};
    q.density = NULL; /* ours now */
    quasi1_finish(&q);
    return true;
}

void passage_quasi_finish(struct passage_quasi *q) {
    free(q->density);
    *q = (struct passage_quasi){0};
}

bool passage_committor(const struct evolution_piece *piece, const bool *A, const bool *B,
                       double *log_a, double *log_b, struct error *err) {
    return escape1_committor(piece->line, A, B, log_a, log_b, err);
}

bool passage_interval(const struct passage *p, size_t within,
                      struct passage_interval *out) {
    if (p->line == NULL) return false;
    const struct axis *axis = p->grid->axis[0];
    const struct cell_run v = escape1_interval(p->line, within);
    const size_t last = v.first + v.cells;
    if (last > p->line->cells ||
        v.cells == p->line->cells * (axis->boundary[0] == PERIODIC))
        return false;
    *out =
        (struct passage_interval){v.first,
                                  v.cells,
                                  axis->face[v.first],
                                  axis->face[last],
                                  {v.first > 0 || axis->boundary[0] != REFLECTING,
                                   last < axis->cells || axis->boundary[1] != REFLECTING}};
    return true;
}

bool passage_survival(const struct passage *p, const struct propagator_options *options,
                      const double *p0, size_t n, const double *t, struct survival *out,
                      struct error *err) {
    return survival_compute(p->line, NULL, options, p0, n, t, out, err);
}
