/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape_inside.h"
#include "grids/field.h"
#include "solver/ensembles/monte_carlo.h"
#include <math.h>
#include <stdlib.h>

static const double part_of_relaxation =
    0.004; /* an Euler step: weak error of about that */
static const double part_of_horizon = 1.0 / 500;
static const double part_of_death = 0.05, least_of_horizon = 1e-5; /* killing and resets */

/* ---------------------------------------------------------------- the box as a grid */

static struct axis *box_axis(const struct axis *axis, const struct passage_box *b, int d,
                             struct error *err) {
    return axis_create(
        &(struct axis_spec){.spacing = SPACING_NODES,
                            .cells = b->cells[d],
                            .lo = b->lo[d],
                            .hi = b->hi[d],
                            .nodes = b->cells[d] + 1,
                            .node = axis->face + b->first[d],
                            .multiple = 1,
                            .boundary = {b->boundary[d][0], b->boundary[d][1]}},
        err);
}

/* The cells from which the target is reached, with walls that absorb where it begins. */
static struct grid *box_grid(const struct grid *grid, const struct passage_box *b,
                             struct error *err) {
    struct axis *axis[2] = {box_axis(grid->axis[0], b, 0, err), NULL};
    if (axis[0] == NULL) return NULL;
    if (grid->dims == 2 && (axis[1] = box_axis(grid->axis[1], b, 1, err)) == NULL)
        return axis_destroy(axis[0]), NULL;
    return grid_create(axis[0], axis[1], err);
}

/* The part of the start that lies in the box: p of the box's cells. */
static void restrict_start(const struct escape *e, const struct passage_box *b,
                           const struct grid *box, double *p) {
    const size_t nx = e->passage.grid->axis[0]->cells, mx = box->axis[0]->cells;
    for (size_t i = 0; i < box->cells; i++)
        p[i] = e->start[b->first[0] + i % mx + (b->first[1] + i / mx) * nx];
}

/* Of the start: it has arrived. */
static double mass_in_target(const struct escape *e) {
    double mass = 0;
    for (size_t i = 0; i < e->passage.grid->cells; i++)
        if (e->passage.target[i]) mass += e->start[i] * e->passage.grid->volume[i];
    return mass;
}

/* ---------------------------------------------------------------- steps */

/* The largest |d b_d / d x_d| around where most of the start is: how fast things are
 * there. */
static bool local_rate(const struct escape *e, double *rate, struct error *err) {
    const struct coefficients *c = e->passage.interval->coefficients;
    const struct grid *grid = e->passage.grid;
    const size_t nx = grid->axis[0]->cells, cell[2] = {e->within % nx, e->within / nx};
    *rate = 0;
    for (int d = 0; d < grid->dims; d++) {
        double x[2][2], b[4]; /* x[d][point], b[d][point] */
        for (int k = 0; k < grid->dims; k++)
            x[k][0] = x[k][1] = grid->axis[k]->centre[cell[k]];
        const double h = grid->axis[d]->width[cell[d]];
        x[d][0] -= h / 2, x[d][1] += h / 2;
        const double *const at[2] = {x[0], x[1]};
        if (!c->drift(c->self, 2, at, b, err)) return false;
        *rate = fmax(*rate, fabs(b[2 * d + 1] - b[2 * d]) / h);
    }
    return true;
}

/* The largest rate of killing and resets at the centres of the box's cells; adds up what
 * resets lead to there. */
static bool sinks_inside(const struct escape *e, struct escape_inside *w,
                         struct error *err) {
    const struct model *m = w->setup.model;
    const struct grid *grid = e->passage.grid, *box = w->setup.grid;
    double *work = array_create(grid->cells + 3 * box->cells, sizeof *work, err);
    bool good = work != NULL;
    if (!good) return false;
    const size_t nx = grid->axis[0]->cells, mx = box->axis[0]->cells, n = box->cells;
    double *to = work + 3 * n, *x[2] = {work, work + n}, *rate = work + 2 * n, inside = 0;
    grid_points(box, (const double[2]){0, 0}, x);
    for (int k = 0; k < MODEL_SINKS; k++) {
        const enum model_sink sink = k == 0 ? SINK_KILLING : SINK_RESET;
        if (!good || m->sink_rate[sink] == NULL) continue;
        good = model_sink_rate(m, sink, n, (const double *const *)x, rate, err);
        for (size_t i = 0; good && i < n; i++)
            w->sinks_rate = fmax(w->sinks_rate, rate[i]);
    }
    if (good && m->sink_rate[SINK_RESET] != NULL) {
        good = m->to.averages(m->to.self, grid, to, err);
        for (size_t i = 0; good && i < n; i++)
            inside += box->volume[i] *
                      to[w->box.first[0] + i % mx + (w->box.first[1] + i / mx) * nx];
        if (good && inside < 1 - 1e-9)
            w->why = "resets lead to places from which the walkers' interval is not left";
    }
    free(work);
    return good;
}

static double sgd_step(const struct model *m) {
    return model_step_time(m, model_intervals(m) - 1);
}

/* Substeps of one SGD step, or the step itself for a model without one. */
double escape_inside_step(struct escape_inside *w, enum ensemble_kind kind,
                          double horizon) {
    const struct model *m = w->setup.model;
    const struct config_node *node = w->setup.spec->monte_carlo_node;
    struct monte_carlo_settings *s = &w->settings;
    const bool own_time = m->kind == MODEL_DRIFT;
    double wanted = horizon * part_of_horizon;
    if (w->rate > 0) wanted = fmin(wanted, part_of_relaxation / w->rate);
    if (w->sinks_rate > 0)
        wanted =
            fmin(wanted, fmax(part_of_death / w->sinks_rate, horizon * least_of_horizon));
    if (own_time && s->step == 0)
        s->step = wanted;
    else if (kind == ENSEMBLE_SDE && config_find(node, "substeps") == NULL && !own_time)
        s->substeps = (int64_t)fmin(fmax(ceil(sgd_step(m) / wanted), 1), 1e9);
    return (own_time ? s->step : sgd_step(m)) /
           (kind == ENSEMBLE_SDE ? (double)s->substeps : 1);
}

/* ---------------------------------------------------------------- all */

static bool fill(struct escape_inside *w, const struct escape *e, struct error *err) {
    w->settings = w->setup.spec->monte_carlo;
    if ((w->setup.grid = box_grid(e->passage.grid, &w->box, err)) == NULL ||
        (w->setup.initial = array_create(w->setup.grid->cells, sizeof(double), err)) ==
            NULL ||
        !local_rate(e, &w->rate, err) || !sinks_inside(e, w, err))
        return false;
    if (w->setup.at_point) return w->part = 1, true;
    restrict_start(e, &w->box, w->setup.grid, w->setup.initial);
    const double all = field_mass(e->passage.grid, e->start),
                 here = field_mass(w->setup.grid, w->setup.initial);
    w->part = here / all;
    if (here + mass_in_target(e) < (1 - 1e-9) * all)
        w->why = "the start is spread over several parts of the grid";
    return true;
}

bool escape_inside_create(const struct escape *e, struct escape_inside *w,
                          struct error *err) {
    *w = (struct escape_inside){.setup = *e->setup};
    w->setup.grid = NULL, w->setup.initial = NULL;
    w->setup.snapshots = 1, w->setup.time = &w->no_time; /* none but the start */
    w->setup.at_point = e->question.from == ESCAPE_FROM_POINT;
    for (int d = 0; d < e->passage.grid->dims; d++)
        w->setup.point[d] = e->question.point[d];
    if (!passage_box(&e->passage, e->within, &w->box)) {
        w->why = "what lies outside the target is no interval or rectangle";
        return true;
    }
    if (fill(w, e, err)) return true;
    return escape_inside_finish(w), false;
}

void escape_inside_finish(struct escape_inside *w) {
    free(w->setup.initial);
    grid_destroy(w->setup.grid);
    *w = (struct escape_inside){0};
}
