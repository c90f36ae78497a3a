/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/passage.h"
#include "solver/escape/passage_rows.h"
#include "solver/fv/line/log_rates.h"
#include <stdlib.h>

const struct passage_table *const passage_tables[] = {&passage_line, &passage_plane,
                                                      &passage_stable, NULL};

const struct passage_table *passage_table_of(const struct equation *equation) {
    size_t k = 0;
    while (passage_tables[k] != NULL && passage_tables[k]->equation != equation)
        k++;
    return passage_tables[k];
}

static bool has_sinks(const struct passage *p) {
    const struct coefficients *c = p->interval->coefficients;
    return c->killing != NULL || c->reset != NULL;
}

/* ---------------------------------------------------------------- making */

/* As passage_table_of, but that there is no row is an error. */
static const struct passage_table *find_table(const struct equation *equation,
                                              struct error *err) {
    const struct passage_table *table = passage_table_of(equation);
    if (table == NULL) fail(err, ERROR_SETTINGS, "%s", equation->no_passage);
    return table;
}

bool passage_check(const struct evolution_interval *interval, const struct grid *grid,
                   const bool *target, struct error *err) {
    const struct passage_table *table = find_table(interval->equation, err);
    return table != NULL && (table->check == NULL || table->check(grid, target, err));
}

bool passage_create(const struct evolution_interval *interval, const struct grid *grid,
                    const bool *target, struct passage *out, struct error *err) {
    *out = (struct passage){
        .table = find_table(interval->equation, err), .interval = interval, .grid = grid};
    if (out->table == NULL) return false;
    out->log_time = array_create(grid->cells, sizeof *out->log_time, err);
    if (out->log_time != NULL && out->table->create(out, target, err)) return true;
    return passage_finish(out), false;
}

void passage_finish(struct passage *p) {
    free(p->log_time);
    if (p->table != NULL) p->table->destroy(p->state);
    *p = (struct passage){0};
}

/* ---------------------------------------------------------------- times and exits */

double passage_log_time_at(const struct passage *p, const double *x) {
    return p->table->log_time_at(p, x);
}

double passage_log_time_from(const struct passage *p, const double *density) {
    return p->table->log_time_from(p, density);
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

bool passage_exit_places(const struct passage *p, const double *density,
                         double *probability, struct error *err) {
    return p->table->exit_places(p, density, probability, err);
}

/* ---------------------------------------------------------------- laws */

bool passage_quasi(const struct passage *p, size_t within, struct passage_quasi *out,
                   struct error *err) {
    *out = (struct passage_quasi){0};
    if (has_sinks(p))
        return fail(err, ERROR_RUN,
                    "no quasi-stationary law with killing or resets; the "
                    "slowest mode (analysis.modes) is that of killing");
    return p->table->quasi(p, within, out, err);
}

void passage_quasi_finish(struct passage_quasi *q) {
    free(q->density);
    *q = (struct passage_quasi){0};
}

bool passage_committor(const struct passage *p, const bool *A, const bool *B, double *q,
                       struct error *err) {
    double *work = array_create(p->grid->cells, sizeof *work, err);
    const bool good = work != NULL && p->table->committor(p, A, B, work, q, err);
    free(work);
    return good;
}

bool passage_survival(const struct passage *p, const struct propagator_options *options,
                      const double *p0, size_t n, const double *t, struct survival *out,
                      struct error *err) {
    if (p->table->survival == NULL)
        return fail(err, ERROR_RUN, "%s", p->table->no_survival);
    return p->table->survival(p, options, p0, n, t, out, err);
}

bool passage_reached(const struct passage *p, const double *p0, double t,
                     double *probability, double *error, struct error *err) {
    if (has_sinks(p))
        return fail(err, ERROR_SETTINGS, "does not go with killing or resets");
    return p->table->reached(p, p0, t, probability, error, err);
}

/* ---------------------------------------------------------------- the box */

bool passage_box(const struct passage *p, size_t within, struct passage_box *b) {
    *b = (struct passage_box){0};
    if (!p->table->extent(p, within, b)) return false;
    for (int d = 0; d < p->grid->dims; d++) {
        const struct axis *axis = p->grid->axis[d];
        const size_t last = b->first[d] + b->cells[d];
        const bool whole = b->cells[d] == axis->cells;
        b->lo[d] = axis->face[b->first[d]], b->hi[d] = axis->face[last];
        b->boundary[d][0] = whole || b->first[d] == 0 ? axis->boundary[0] : ABSORBING;
        b->boundary[d][1] = whole || last == axis->cells ? axis->boundary[1] : ABSORBING;
        for (int end = 0; end < 2 && !whole; end++)
            if (b->boundary[d][end] == PERIODIC) b->boundary[d][end] = ABSORBING;
    }
    return true;
}
