/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape_cells.h"
#include <math.h>
#include <stdio.h>

enum { MOST_CELLS = 1 << 16 };             /* on which cutting ends */
static const double doubtful_error = 0.05; /* relative, where cells are not cut */

static bool is_cut(const struct escape *e) {
    return e->cut > 1;
}

static bool may_cut(const struct escape *e) {
    return e->passage.interval->equation->refines_cells;
}

/* The coarse cells' target is that of the fine ones, where its edge cuts cells. */
static bool same_target(const struct grid *fine, const bool *target,
                        const struct grid *coarse, const bool *coarse_target) {
    const size_t nx = fine->axis[0]->cells, mx = coarse->axis[0]->cells;
    bool same = true;
    for (size_t i = 0; i < fine->cells; i++) {
        const size_t x = i % nx / 2, y = fine->dims == 2 ? i / nx / 2 : 0;
        same &= target[i] == coarse_target[x + y * mx];
    }
    return same;
}

static bool has_sinks(const struct escape *e) {
    const struct coefficients *c = e->passage.interval->coefficients;
    return c->killing != NULL || c->reset != NULL;
}

static bool on_a_face(const struct axis *axis, double x) {
    const size_t i = axis_find(axis, x);
    const double near = 1e-9 * axis->width[i];
    return fabs(x - axis->face[i]) <= near || fabs(x - axis->face[i + 1]) <= near;
}

/* Do resets lead to a point inside a cell? Its cells lie elsewhere around it on each grid. */
static bool resets_inside_cell(const struct setup *setup, const struct grid *grid) {
    double at[2];
    bool is_point = false, inside = false;
    struct error read_before = {0};
    if (setup->model->sink_rate[SINK_RESET] == NULL ||
        !setup_reset_point(setup, &is_point, at, &read_before) || !is_point)
        return false;
    for (int d = 0; d < grid->dims; d++)
        inside |= !on_a_face(grid->axis[d], at[d]);
    return inside;
}

/* Does the change from a quarter to half of the cells say so? */
static bool seems_second_order(double change, double change_before) {
    return fabs(change_before - 4 * change) <= 0.4 * fabs(change);
}

/* Arrivals in time, of second order as the mean time is. */
static void compare_reach(struct escape *e, const struct escape *coarse) {
    struct escape_reach *reach = &e->reach;
    if (!(reach->probability > 0)) return;
    const double further = (1 - coarse->reach.probability / reach->probability) / 3;
    reach->space_error = fabs(further);
    reach->extrapolated = reach->probability * (1 + further);
}

/* Is the difference that half the cells make known to be of second order? Not for stable
 * noise, not where a face was moved, as the errors on the two grids are then not of one kind,
 * and not where killing and resets do not seem to be: a rate jumps inside a cell or is fast
 * beside diffusion over it, or a point of resets lies inside a cell. */
static bool is_second_order(const struct escape *e, const struct escape *coarse,
                            double change, double before) {
    if (is_cut(e)) return !has_sinks(e) && seems_second_order(change, before);
    const bool sinks =
        has_sinks(e) && (resets_inside_cell(e->setup, coarse->passage.grid) ||
                         !seems_second_order(change, before));
    return e->passage.table->second_order && !e->moved && !coarse->moved && !sinks;
}

/* The error in space from the answer on half the cells; log_before: ln of the mean time on a
 * quarter of them, or NAN. */
static void compare_grids(struct escape *e, const struct escape *coarse,
                          double log_before) {
    const bool edges = e->question.cut > 0 || coarse->question.cut > 0;
    if (edges && !same_target(e->passage.grid, e->passage.target, coarse->passage.grid,
                              coarse->passage.target)) {
        fail(&e->why_no_error, ERROR_RUN,
             "the target's edge is no face of the grid of half the cells; align it");
        return;
    }
    const double half = exp(coarse->log_time - e->log_time);
    const double change = 1 - half, before = half - exp(log_before - e->log_time);
    if (is_second_order(e, coarse, change, before)) {
        e->space_error = fabs(change) / 3;
        e->log_extrapolated = e->log_time + log1p(change / 3);
        compare_reach(e, coarse);
        return;
    }
    e->space_error =
        has_sinks(e) || is_cut(e) ? fmax(fabs(change), fabs(before) / 2) : fabs(change);
}

/* The answer on fewer cells, with what it borrows. */
struct coarser {
    struct grid *grid;
    struct evolution *evolution;
    struct escape answer;
};

static bool coarser_init(struct coarser *c, const struct setup *setup, size_t by,
                         const struct monitor *monitor, struct error *err) {
    const struct evolution_options options = evolution_options(setup, monitor);
    *c = (struct coarser){.grid = grid_coarsen(setup->grid, by, err)};
    return c->grid != NULL &&
           (c->evolution = evolution_create(setup, c->grid, &options, err)) != NULL &&
           escape_answer(&c->answer, setup, c->evolution, err);
}

static void coarser_finish(struct coarser *c) {
    escape_clear(&c->answer);
    evolution_destroy(c->evolution);
    grid_destroy(c->grid);
}

/* *log_time: ln of the mean time on a quarter of the cells; NAN where it has none. */
static bool on_a_quarter(const struct coarser *half, const struct setup *setup,
                         const struct monitor *monitor, double *log_time,
                         struct error *err) {
    *log_time = (double)NAN;
    if (!grid_can_halve(half->grid)) return true;
    struct error inner = {0};
    struct coarser quarter;
    if (coarser_init(&quarter, setup, 4, monitor, &inner))
        *log_time = quarter.answer.log_time;
    coarser_finish(&quarter);
    return !error_is_fatal(&inner) || (*err = inner, false);
}

/* On the cells of the settings. *log_half: ln of the mean time on half of them, or NAN. */
static bool estimate_error(struct escape *e, const struct evolution *fine, double *log_half,
                           struct error *err) {
    const struct setup *setup = e->setup;
    e->space_error = e->log_extrapolated = (double)NAN;
    if (!grid_can_halve(setup->grid) || !isfinite(e->log_time)) {
        fail(&e->why_no_error, ERROR_RUN, "%s",
             isfinite(e->log_time) ? "the grid cannot be halved"
                                   : "the mean time is not finite");
        return true;
    }
    const struct monitor *monitor = evolution_last(fine)->monitor;
    struct error inner = {0};
    struct coarser half;
    double log_before = (double)NAN;
    part_begin(&e->parts, "escape: half the cells");
    const bool good =
        coarser_init(&half, setup, 2, monitor, &inner) &&
        (!has_sinks(e) || on_a_quarter(&half, setup, monitor, &log_before, &inner));
    if (good) {
        compare_grids(e, &half.answer, log_before);
        *log_half = half.answer.log_time;
    } else
        e->why_no_error = inner;
    coarser_finish(&half);
    return !error_is_fatal(&inner) || (*err = inner, false);
}

/* ---------------------------------------------------------------- cutting */

/* e on cells of half the width. *log_half: of e before. *given_up: they have no answer. */
static bool cut_once(struct escape *e, const struct evolution *plain, double *log_half,
                     bool *given_up, struct error *err) {
    struct error inner = {0};
    struct escape finer = {.parts = e->parts, .cut = 2 * (e->cut > 1 ? e->cut : 1)};
    *given_up = !escape_answer(&finer, e->setup, plain, &inner);
    if (*given_up) {
        escape_clear(&finer);
        return !error_is_fatal(&inner) || (*err = inner, false);
    }
    finer.space_error = finer.log_extrapolated = (double)NAN;
    compare_grids(&finer, e, *log_half);
    *log_half = e->log_time;
    escape_clear(e);
    *e = finer;
    return true;
}

static bool meets(const struct escape *e) {
    return e->space_error <= e->setup->spec->accuracy.space;
}

bool escape_choose_cells(struct escape *e, const struct evolution *evolution,
                         struct error *err) {
    double log_half = (double)NAN;
    bool given_up = false;
    if (!estimate_error(e, evolution, &log_half, err)) return false;
    while (may_cut(e) && !meets(e) && !given_up && isfinite(e->log_time) &&
           2 * e->passage.grid->cells <= MOST_CELLS)
        if (!cut_once(e, evolution, &log_half, &given_up, err)) return false;
    return true;
}

bool escape_doubt(const struct escape *e, char text[ESCAPE_DOUBT_TEXT]) {
    if (!isfinite(e->log_time)) return false;
    if (may_cut(e) && !meets(e))
        return snprintf(
                   text, ESCAPE_DOUBT_TEXT,
                   "the mean escape time is known to %.2g (relative) in space only, above "
                   "accuracy.space %.2g, with every cell cut into %zu",
                   e->space_error, e->setup->spec->accuracy.space, is_cut(e) ? e->cut : 1),
               true;
    if (!(e->space_error > doubtful_error)) return false;
    return snprintf(text, ESCAPE_DOUBT_TEXT,
                    "the mean escape time is known to %.2g (relative) in space only: take "
                    "more cells",
                    e->space_error),
           true;
}
