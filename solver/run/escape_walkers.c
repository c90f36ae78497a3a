/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/escape_walkers.h"
#include "grids/field.h"
#include "grids/sum.h"
#include "solver/mc/start.h"
#include "solver/run/monte_carlo.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { USUAL_WALKERS = 10000, FEWEST_WALKERS = 500, PARTS = 8, MOST_MEANS = 60 };
static const double affordable = 3e8; /* path-steps: some seconds */
static const double part_of_relaxation =
    0.004; /* an Euler step: weak error of about that */

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

static void say_why(struct escape_walkers *out, const char *why) {
    snprintf(out->why, sizeof out->why, "%s", why);
}

/* ---------------------------------------------------------------- steps */

static double sgd_step(const struct model *m) {
    return model_step_time(m, model_pieces(m) - 1);
}

/* Substeps (of one SGD step, or the step itself for a model without one) so that what is
 * fast near the start is followed; as the settings say where they do. */
static void choose_step(const struct escape *e, enum ensemble_kind kind, double relaxation,
                        struct monte_carlo_settings *s) {
    const struct model *m = e->setup->model;
    const struct config_node *node = e->setup->spec->monte_carlo_node;
    double wanted = exp(e->log_time) / 500;
    if (relaxation > 0) wanted = fmin(wanted, part_of_relaxation / relaxation);
    if (m->kind == MODEL_DRIFT && s->step == 0)
        s->step = wanted;
    else if (kind == ENSEMBLE_SDE && config_find(node, "substeps") == NULL &&
             m->kind != MODEL_DRIFT)
        s->substeps = (int64_t)fmin(fmax(ceil(sgd_step(m) / wanted), 1), 1e9);
}

static double step_of(const struct model *m, enum ensemble_kind kind,
                      const struct monte_carlo_settings *s) {
    const double step = m->kind == MODEL_DRIFT ? s->step : sgd_step(m);
    return step / (kind == ENSEMBLE_SDE ? (double)s->substeps : 1);
}

/* The last blocks of 512 walkers wait for the slowest of theirs: 7 mean times. */
static double work_of(uint64_t walkers, double steps) {
    return ((double)walkers + 7 * WALKERS_BLOCK) * steps;
}

/* Their number, or 0 with the reason. */
static uint64_t choose_number(uint64_t wanted, double steps, struct escape_walkers *out) {
    const double possible = affordable / steps - 7 * WALKERS_BLOCK;
    uint64_t n = wanted;
    if (wanted == 0)
        n = possible >= USUAL_WALKERS    ? USUAL_WALKERS
            : possible >= FEWEST_WALKERS ? (uint64_t)possible
                                         : 0;
    out->path_steps = work_of(n > 0 ? n : USUAL_WALKERS, steps);
    if (n == 0)
        snprintf(out->why, sizeof out->why,
                 "not run: %d of them would take %.2g steps (--walkers N runs them)",
                 USUAL_WALKERS, out->path_steps);
    return n;
}

/* ---------------------------------------------------------------- running */

/* Walkers that arrived leave their times in time[]; those on their way move up, where the
 * random numbers of a place do not belong together from step to step. */
static size_t collect(struct walkers *w, bool movable, double *time) {
    size_t kept = 0, arrived = 0;
    if (!movable) {
        for (size_t i = 0; i < w->count; i++)
            if (w->exit_time[i] < HUGE_VAL) time[arrived++] = w->exit_time[i];
        return arrived;
    }
    for (size_t i = 0; i < w->count; i++) {
        if (w->exit_time[i] < HUGE_VAL) {
            time[arrived++] = w->exit_time[i];
            continue;
        }
        w->exit_time[kept] = HUGE_VAL;
        for (int d = 0; d < w->dims; d++) {
            w->x[d][kept] = w->x[d][i];
            if (w->v[d] != NULL) w->v[d][kept] = w->v[d][i];
        }
        kept++;
    }
    for (size_t i = kept; i < w->count; i++)
        w->exit_time[i] = 0; /* at rest */
    w->count = kept;
    w->padded = (kept + WALKERS_BLOCK - 1) / WALKERS_BLOCK * WALKERS_BLOCK;
    return arrived;
}

/* What the walkers say of one call, as a part of all. */
struct part {
    const struct monitor *monitor;
    double done, all;
};

static bool tick_of_part(void *context, double fraction) {
    const struct part *p = context;
    (void)fraction;
    return p->monitor == NULL || p->monitor->tick(p->monitor->context, p->done / p->all);
}

static bool run_until_all_arrive(struct ensemble *e, const struct walkers_model *model,
                                 double mean, double *time, const struct monitor *monitor,
                                 struct error *err) {
    const bool movable = model->kind != WALKERS_SGD || model->sampling != RESHUFFLED;
    const double part = ceil(mean / model->step / PARTS);
    const uint64_t steps = (uint64_t)fmin(fmax(part, 1), 1e18), all = e->walkers->count;
    size_t arrived = 0;
    struct part progress = {monitor, 0, (double)all};
    const struct monitor inner = {tick_of_part, &progress};
    for (int k = 0; k < PARTS * MOST_MEANS && arrived < all; k++) {
        progress.done = (double)arrived;
        if (!walkers_advance(e->walkers, model, steps, &inner, err)) return false;
        const size_t now = collect(e->walkers, movable, time + (movable ? arrived : 0));
        arrived = movable ? arrived + now : now;
    }
    return arrived == all ||
           fail(err, ERROR_RUN, "%zu of %zu walkers had not arrived after %d mean times",
                (size_t)all - arrived, (size_t)all, MOST_MEANS);
}

static void average(const double *time, uint64_t n, struct escape_walkers *out) {
    struct sum sum = {0}, squares = {0};
    for (uint64_t i = 0; i < n; i++)
        sum_add(&sum, time[i]);
    out->mean = sum_value(sum) / (double)n;
    for (uint64_t i = 0; i < n; i++)
        sum_add(&squares, (time[i] - out->mean) * (time[i] - out->mean));
    out->error =
        n > 1 ? sqrt(sum_value(squares) / ((double)n - 1) / (double)n) : (double)NAN;
}

static bool run_walkers(const struct escape *e, const struct setup *inside,
                        const struct monte_carlo_settings *s, enum ensemble_kind kind,
                        uint64_t wanted, const struct monitor *monitor,
                        struct escape_walkers *out, struct error *err) {
    struct ensemble ensemble = {0};
    struct monte_carlo_settings settings = *s;
    out->step = step_of(e->setup->model, kind, s);
    const uint64_t n = choose_number(wanted, exp(e->log_time) / out->step, out);
    if (n == 0) return true;
    settings.walkers = (int64_t)n;
    double *time = array_create(n, sizeof *time, err);
    bool good = time != NULL &&
                ensemble_create(&ensemble, inside, &settings, kind, kind, false, err);
    for (size_t k = 0; good && k < ensemble.pieces; k++)
        ensemble.model[k].held = e->passage.levy != NULL;
    if (good && e->question.from == ESCAPE_FROM_POINT)
        walkers_start_point(ensemble.walkers, e->question.point);
    good = good && run_until_all_arrive(&ensemble, &ensemble.model[ensemble.pieces - 1],
                                        exp(e->log_time), time, monitor, err);
    if (good) out->walkers = n, average(time, n, out);
    ensemble_finish(&ensemble);
    free(time);
    return good;
}

/* The largest |d b_d / d x_d| around where most of the start is: how fast things are
 * there. */
static bool local_rate(const struct escape *e, double *rate, struct error *err) {
    const struct coefficients *c = &e->passage.piece->coefficients.coefficients;
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

/* Sets out `inside` the box. */
static bool run_in_box(const struct escape *e, const struct passage_box *b,
                       enum ensemble_kind kind, uint64_t wanted,
                       const struct monitor *monitor, struct escape_walkers *out,
                       struct error *err) {
    const struct spec *spec = e->setup->spec;
    struct monte_carlo_settings settings = {0};
    struct setup inside = *e->setup;
    double at_start = 0, rate; /* no snapshots but the start */
    struct grid *box = box_grid(e->passage.grid, b, err);
    double *start = box != NULL ? array_create(box->cells, sizeof *start, err) : NULL;
    bool good = start != NULL && local_rate(e, &rate, err) &&
                settings_read(spec->monte_carlo_node, monte_carlo_table, &settings,
                              &spec->evaluator, err);
    if (good) {
        restrict_start(e, b, box, start);
        inside.grid = box, inside.initial = start;
        inside.snapshots = 1, inside.time = &at_start;
        choose_step(e, kind, rate, &settings);
        if (field_mass(box, start) < (1 - 1e-9) * field_mass(e->passage.grid, e->start))
            say_why(out, "the start is spread over several parts of the grid");
        else
            good = run_walkers(e, &inside, &settings, kind, wanted, monitor, out, err);
    }
    settings_finish(monte_carlo_table, &settings);
    free(start);
    grid_destroy(box);
    return good;
}

bool escape_walkers_run(const struct escape *e, enum ensemble_kind kind, uint64_t wanted,
                        const struct monitor *monitor, struct escape_walkers *out,
                        struct error *err) {
    struct passage_box b;
    *out = (struct escape_walkers){0};
    if (!isfinite(e->log_time)) return say_why(out, "the mean time is not finite"), true;
    if (passage_box(&e->passage, e->within, &b))
        return run_in_box(e, &b, kind, wanted, monitor, out, err);
    return say_why(out, "what lies outside the target is no interval or rectangle"), true;
}
