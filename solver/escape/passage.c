/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/passage.h"
#include "grids/field.h"
#include "solver/escape/passage_levy.h"
#include "solver/fv/line/log_rates.h"
#include "solver/fv/line/quasi.h"
#include "solver/fv/plane/escape.h"
#include "solver/fv/plane/quasi.h"
#include "solver/time/plane/survival.h"
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- making */

static bool line_create(struct passage *p, const bool *target, struct error *err) {
    if ((p->line = line_escape_create(p->interval->line, target, err)) == NULL)
        return false;
    memcpy(p->log_time, p->line->log_tau, p->grid->cells * sizeof *p->log_time);
    p->log_lower = p->line->log_lower, p->log_upper = p->line->log_upper;
    p->target = p->line->target;
    return true;
}

static bool plane_create(struct passage *p, const bool *target, struct error *err) {
    if ((p->plane = plane_escape_create(p->interval->plane, target, err)) == NULL)
        return false;
    for (size_t i = 0; i < p->grid->cells; i++)
        p->log_time[i] = log(p->plane->tau[i]);
    p->places = p->plane->target.places, p->place = p->plane->target.place;
    p->target = p->plane->target.inside;
    return true;
}

static bool jumps_create(struct passage *p, const bool *target, struct error *err) {
    if ((p->levy = passage_levy_create(p->interval, p->grid, target, err)) == NULL)
        return false;
    for (size_t i = 0; i < p->grid->cells; i++)
        p->log_time[i] = log(p->levy->time[i]);
    p->log_lower = p->levy->log_lower, p->log_upper = p->levy->log_upper;
    p->target = p->levy->target;
    return true;
}

static bool kinetic_refuse(struct error *err) {
    return fail(err, ERROR_SETTINGS, "does not go with dynamics: kinetic");
}

bool passage_check(const struct evolution_interval *interval, const struct grid *grid,
                   const bool *target, struct error *err) {
    if (interval->phase != NULL) return kinetic_refuse(err);
    return interval->levy == NULL || passage_levy_check(grid, target, err);
}

bool passage_create(const struct evolution_interval *interval, const struct grid *grid,
                    const bool *target, struct passage *out, struct error *err) {
    *out = (struct passage){.interval = interval, .grid = grid};
    out->log_time = array_create(grid->cells, sizeof *out->log_time, err);
    if (out->log_time != NULL && (interval->line != NULL    ? line_create(out, target, err)
                                  : interval->plane != NULL ? plane_create(out, target, err)
                                  : interval->levy != NULL  ? jumps_create(out, target, err)
                                                            : kinetic_refuse(err)))
        return true;
    return passage_finish(out), false;
}

void passage_finish(struct passage *p) {
    free(p->log_time);
    passage_levy_destroy(p->levy);
    plane_escape_destroy(p->plane);
    line_escape_destroy(p->line);
    *p = (struct passage){0};
}

/* ---------------------------------------------------------------- times and exits */

/* Mean over the density of tau. */
static double levy_log_time_from(const struct passage *p, const double *density) {
    return log(field_integral(p->grid, density, p->levy->time) /
               field_mass(p->grid, density));
}

static double levy_log_time_at(const struct passage *p, double x) {
    const struct axis *axis = p->grid->axis[0];
    const size_t first = p->levy->first, end = first + p->levy->cells;
    size_t i = axis_find(axis, x);
    if (i < first || i >= end) return -HUGE_VAL;
    if (x < axis->centre[i]) i = i > first ? i - 1 : i;
    if (i + 1 == end) i--;
    const double part = (x - axis->centre[i]) / (axis->centre[i + 1] - axis->centre[i]);
    return log(p->levy->time[i] + part * (p->levy->time[i + 1] - p->levy->time[i]));
}

double passage_log_time_at(const struct passage *p, const double *x) {
    return p->line != NULL    ? line_escape_log_time_at(p->line, x[0])
           : p->plane != NULL ? plane_escape_log_time_at(p->plane, x)
                              : levy_log_time_at(p, x[0]);
}

double passage_log_time_from(const struct passage *p, const double *density) {
    return p->line != NULL    ? line_escape_log_time_from(p->line, density)
           : p->plane != NULL ? plane_escape_log_time_from(p->plane, density)
                              : levy_log_time_from(p, density);
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
    return plane_escape_places(p->plane, density, probability, err);
}

/* ---------------------------------------------------------------- laws */

static bool line_quasi(const struct passage *p, size_t within, struct passage_quasi *out,
                       struct error *err) {
    struct line_quasi q;
    if (!line_quasi_compute(p->line, within, &q, err)) return false;
    *out = (struct passage_quasi){q.log_rate, q.error, q.density};
    q.density = NULL; /* ours now */
    line_quasi_finish(&q);
    return true;
}

static bool plane_quasi(const struct passage *p, size_t within, struct passage_quasi *out,
                        struct error *err) {
    struct plane_quasi q;
    if (!plane_quasi_compute(p->plane, within, &q, err)) return false;
    *out = (struct passage_quasi){q.log_rate, q.error, q.density};
    q.density = NULL; /* ours now */
    plane_quasi_finish(&q);
    return true;
}

static bool levy_quasi(const struct passage *p, struct passage_quasi *out,
                       struct error *err) {
    const size_t n = p->grid->cells;
    double *density = array_create(n, sizeof *density, err);
    if (density == NULL) return false;
    memcpy(density, p->levy->density, n * sizeof *density);
    *out = (struct passage_quasi){p->levy->log_rate, 0, density};
    return true;
}

bool passage_quasi(const struct passage *p, size_t within, struct passage_quasi *out,
                   struct error *err) {
    *out = (struct passage_quasi){0};
    return p->line != NULL    ? line_quasi(p, within, out, err)
           : p->plane != NULL ? plane_quasi(p, within, out, err)
                              : levy_quasi(p, out, err);
}

void passage_quasi_finish(struct passage_quasi *q) {
    free(q->density);
    *q = (struct passage_quasi){0};
}

bool passage_committor(const struct passage *p, const bool *A, const bool *B, double *q,
                       struct error *err) {
    const size_t n = p->grid->cells;
    double *back = array_create(n, sizeof *back, err);
    bool good = back != NULL;
    if (good && p->line == NULL)
        good = plane_escape_committor(p->interval->plane, A, B, back, q, err);
    else if (good && (good = line_escape_committor(p->interval->line, A, B, back, q, err)))
        for (size_t i = 0; i < n; i++)
            q[i] = exp(q[i]);
    free(back);
    return good;
}

bool passage_survival(const struct passage *p, const struct propagator_options *options,
                      const double *p0, size_t n, const double *t, struct survival *out,
                      struct error *err) {
    struct plane_survival s;
    if (p->line != NULL)
        return survival_compute(p->line, NULL, options, p0, n, t, out, err);
    if (p->levy != NULL) return fail(err, ERROR_RUN, "there is none for stable noise");
    if (!plane_survival_compute(p->plane, NULL, options, p0, n, t, &s, err)) return false;
    *out = (struct survival){s.n, s.alive, s.target, s.wall, s.error};
    return true;
}

bool passage_reached(const struct passage *p, const double *p0, double t,
                     double *probability, double *error, struct error *err) {
    return survival_reached(p->line, p0, t, NULL, probability, error, err);
}

/* ---------------------------------------------------------------- the box */

/* The interval around `within`, or the rectangle around all cells outside the target. */
static bool extent(const struct passage *p, size_t within, struct passage_box *b) {
    const struct grid *g = p->grid;
    const size_t nx = g->axis[0]->cells;
    if (p->levy != NULL) {
        b->first[0] = p->levy->first, b->cells[0] = p->levy->cells;
        return true;
    }
    if (p->line != NULL) {
        const struct cell_run v = line_escape_interval(p->line, within);
        b->first[0] = v.first, b->cells[0] = v.cells;
        return v.first + v.cells <= nx;
    }
    size_t least[2] = {nx, g->axis[1]->cells}, end[2] = {0, 0}, outside = 0;
    for (size_t i = 0; i < g->cells; i++) {
        const size_t at[2] = {i % nx, i / nx};
        if (p->target[i]) continue;
        outside++;
        for (int d = 0; d < 2; d++) {
            if (at[d] < least[d]) least[d] = at[d];
            if (at[d] + 1 > end[d]) end[d] = at[d] + 1;
        }
    }
    for (int d = 0; d < 2; d++)
        b->first[d] = least[d], b->cells[d] = end[d] - least[d];
    return outside == b->cells[0] * b->cells[1];
}

bool passage_box(const struct passage *p, size_t within, struct passage_box *b) {
    *b = (struct passage_box){0};
    if (!extent(p, within, b)) return false;
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
