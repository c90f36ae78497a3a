/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/resolution.h"
#include "grids/field.h"
#include "solver/analysis/pass.h"
#include "solver/equation/equation.h"
#include "solver/settings/setup.h"
#include "solver/time/line/contour.h"
#include "solver/time/line/methods.h"
#include "solver/time/line/transport.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_CELLS = 1 << 17,  /* on which refinement ends ... */
    MOST_VALUES = 1 << 26, /* ... and cells x rows */
    LEAST_CELLS = 8,
    SPLIT_CELLS = 12000, /* wide cells keep the steps of a splitting from converging */
    CHECK_CELLS = 4096,  /* of the independent check of a splitting */
};
static const double diffusive = 2;   /* cell Peclet number */
static const double most_work = 2e9; /* solves x cells of a pass: some ten seconds */
static const double most_turns =
    500; /* max|b'| t of a splitting, whose steps are below 1/max|b'| */
static const double least_order = 0.5, most_order = 2;

/* ---------------------------------------------------------------- refinement */

struct search {
    const struct setup *setup;
    struct evolution_options options;
    int first, last; /* exponents that may be taken */
    int patience;    /* a failure from here on ends it, also a first one */
    struct pass fine, coarse;
    double *d, *before; /* [rows] differences to the pass before; NaN: none */
    double *work;       /* [user cells] */
    int exponent;       /* of fine */
};

static void search_finish(struct search *s) {
    pass_finish(&s->fine);
    pass_finish(&s->coarse);
    free(s->d);
    free(s->before);
    free(s->work);
}

/* Error of one row; *order: observed, NaN where it is not known. More than second order is
 * an accident of where the cells lie (an edge of the start, say): such a difference is not
 * believed, and the one before is carried on at second order. */
static double row_error(double d, double before, double *order) {
    *order = (double)NAN;
    if (!(before > 0) || !(d > 0)) return d;
    *order = log2(before / d);
    if (*order > most_order) return before / (exp2(most_order) * (exp2(most_order) - 1));
    return d / (exp2(fmax(least_order, *order)) - 1);
}

/* Rows that were not looked at get the larger error of their neighbours. */
static void fill_rows(struct looked l, double *error) {
    for (size_t row = 0; row < l.rows; row++) {
        bool is;
        const size_t below = row / l.every * l.every, above = below + l.every;
        pass_slot(l, row, &is);
        if (!is)
            error[row] = fmax(error[below], error[above < l.rows ? above : l.rows - 1]);
    }
}

/* Relative, of the standard deviation: what twice the cells' width changes. The mass that is left
 * must not be nothing. */
static double sd_error(const struct search *s, size_t row) {
    const double v = s->fine.variance[row];
    if (s->coarse.grid == NULL || s->coarse.failed || !(s->fine.mass[row] > 1e-12))
        return 0;
    return fabs(v - s->coarse.variance[row]) / (2 * v);
}

/* Errors of all rows after the last pass; NaN where there is none to compare with. */
static void estimate(const struct search *s, struct resolution *out) {
    const struct looked looked = pass_looked_at(s->setup);
    out->worst = -1;
    for (size_t row = 0; row < looked.rows; row++) {
        double order;
        bool is;
        pass_slot(looked, row, &is);
        if (!is) continue;
        out->space_error[row] =
            row_error(s->d[row], s->before[row], &order) + (row > 0 ? s->fine.on_wall : 0);
        if (!(out->space_error[row] <= out->worst))
            out->worst = out->space_error[row], out->order = order;
    }
    fill_rows(looked, out->space_error);
    out->sd_error = sd_error(s, looked.rows - 1);
    for (size_t row = 1; row + 1 < looked.rows; row++) {
        const double error = sd_error(s, row);
        if (error > out->sd_worst) out->sd_worst = error, out->sd_row = row;
    }
    out->met = out->worst <= out->target;
}

static bool tolerance_given(const struct setup *setup) {
    return config_find(setup->spec->time_node, "tolerance") != NULL;
}

/* Of the time error: a default does not ask for less than rounding leaves. */
static double tolerance_on(const struct setup *setup, size_t cells) {
    const double wanted = equation_tolerance(setup);
    return tolerance_given(setup) ? wanted : fmax(wanted, CONTOUR_ROUNDING * (double)cells);
}

static bool next_pass(struct search *s, struct error *err) {
    const size_t rows = s->setup->snapshots;
    pass_finish(&s->coarse);
    s->coarse = s->fine;
    memcpy(s->before, s->d, rows * sizeof *s->d);
    if (!pass_run(&s->fine, s->setup, s->exponent, &s->options, err)) return false;
    for (size_t row = 0; row < rows; row++)
        s->d[row] = (double)NAN;
    if (s->coarse.grid != NULL && !s->coarse.failed && !s->fine.failed)
        pass_difference(&s->fine, &s->coarse, s->setup, s->work, s->d);
    return true;
}

static bool search_arrays(struct search *s, struct error *err) {
    const size_t rows = s->setup->snapshots;
    if ((s->d = array_create(rows, sizeof *s->d, err)) == NULL ||
        (s->before = array_create(rows, sizeof *s->before, err)) == NULL ||
        (s->work = array_create(s->setup->grid->cells, sizeof *s->work, err)) == NULL)
        return false;
    for (size_t row = 0; row < rows; row++)
        s->d[row] = (double)NAN;
    return true;
}

/* Two coarser passes before the first one, where there are such grids. */
static int least_exponent(const struct search *s) {
    const size_t cells = s->setup->grid->cells;
    int e = s->first;
    while (e > s->first - 2 &&
           (e > 0 || (cells % ((size_t)2 << -e) == 0 && cells >> (1 - e) >= LEAST_CELLS)))
        e--;
    return e;
}

/* What an earlier search has left. */
static void let_go(struct resolution *out) {
    evolution_destroy(out->evolution);
    grid_destroy(out->grid);
    solved_finish(&out->solved);
    out->evolution = NULL, out->grid = NULL;
}

/* Cells, equation and rows of the pass whose cells are taken. A model that depends on the time has
 * its equation at some time by now. */
static void hand_over(struct search *s, struct resolution *out) {
    struct pass *q = s->fine.failed ? &s->coarse : &s->fine;
    let_go(out);
    if (q->grid->cells != s->setup->grid->cells * out->factor) return;
    out->solved = q->solved;
    q->solved = (struct solved){0};
    if (s->setup->model->driven) return;
    out->grid = q->grid, out->evolution = q->evolution;
    q->grid = NULL, q->evolution = NULL;
}

/* Finer and finer until the error meets the target. A pass that fails ends it: the one
 * before is taken, if there is one. */
static bool search_run(struct search *s, struct resolution *out, struct error *err) {
    bool found = false;
    if (!search_arrays(s, err)) return false;
    s->options.most_work = most_work;
    for (s->exponent = least_exponent(s); s->exponent <= s->last; s->exponent++) {
        if (!next_pass(s, err)) return false;
        if (s->fine.failed && (found || s->exponent >= s->patience)) break;
        if (s->exponent < 0 || s->fine.failed) continue;
        estimate(s, out);
        out->factor = (size_t)1 << s->exponent;
        found = true;
        if (out->met && s->exponent >= s->first) break;
    }
    if (found && s->fine.failed)
        snprintf(out->why, sizeof out->why,
                 "; smaller ones were given up, for so many short times would be needed");
    if (found) hand_over(s, out);
    return found; /* err says why the finest pass failed */
}

static int most_exponent(const struct setup *setup) {
    int e = 0;
    while ((setup->grid->cells << (e + 1)) <= MOST_CELLS &&
           (setup->grid->cells << (e + 1)) * setup->snapshots <= MOST_VALUES)
        e++;
    return e;
}

/* ---------------------------------------------------------------- where to start */

/* Largest median cell Peclet number over the intervals that have noise; 0: none has; and the
 * largest |b'|. */
static bool peclet_of(const struct setup *setup, double *peclet, double *steepest,
                      struct error *err) {
    *peclet = *steepest = 0;
    for (size_t k = 0; k < model_intervals(setup->model); k++) {
        struct interval_coefficients interval;
        coefficients_of_interval(setup->model, k, &interval);
        if (interval.coefficients.zero_diffusion) continue;
        struct line_generator *g =
            line_generator_create(setup->grid, &interval.coefficients, err);
        if (g == NULL) return false;
        const double Pe = propagator_peclet(g);
        if (isfinite(Pe)) *peclet = fmax(*peclet, Pe);
        for (size_t f = 2; f < g->cells; f++)
            *steepest = fmax(*steepest, fabs(g->drift[f] - g->drift[f - 1]) /
                                            setup->grid->axis[0]->width[f - 1]);
        line_generator_destroy(g);
    }
    return true;
}

/* ----------------------------------------------------------- the check of a splitting */

/* SDIRK on two grids: its own error is the distance of the two. */
static bool splitting_holds(const struct search *s, const struct resolution *r, bool *holds,
                            struct error *err) {
    const struct evolution_options options = {
        .method = "sdirk", .tolerance = 1e-3, .monitor = s->options.monitor};
    const struct setup *setup = s->setup;
    const size_t last = setup->snapshots - 1;
    struct pass fine = {0}, coarse = {0};
    int e = 0;
    while (setup->grid->cells << (e + 1) <= CHECK_CELLS)
        e++;
    const bool good = pass_run(&coarse, setup, e, &options, err) &&
                      pass_run(&fine, setup, e + 1, &options, err);
    *holds = good && !fine.failed && !coarse.failed &&
             pass_last_distance(&s->fine, &fine, setup, s->work) <=
                 3 * pass_last_distance(&fine, &coarse, setup, s->work) +
                     (options.tolerance + r->target) * sqrt(s->fine.variance[last]);
    pass_finish(&fine);
    pass_finish(&coarse);
    return good;
}

/* ---------------------------------------------------------------- choosing */

/* Characteristics split with the diffusion, from the user's cells on. *taken: they meet the
 * target and hold. */
static bool try_splitting(const struct setup *setup, const struct monitor *monitor,
                          struct resolution *out, bool *taken, struct error *err) {
    struct search s = {.setup = setup,
                       .options = evolution_options(setup, monitor),
                       .last = most_exponent(setup),
                       .patience = 0};
    while (s.patience < s.last && setup->grid->cells << s.patience < SPLIT_CELLS)
        s.patience++;
    s.options.method = "transport";
    if (!tolerance_given(setup)) s.options.tolerance = TRANSPORT_TOLERANCE;
    *taken = false;
    bool good = search_run(&s, out, err) || err->kind == ERROR_RUN;
    const bool meets = good && !s.fine.failed && out->met;
    if (meets) good = splitting_holds(&s, out, taken, err);
    if (*taken) {
        out->method = s.options.method;
        out->tolerance = s.options.tolerance;
    } else {
        snprintf(out->why, sizeof out->why,
                 "; characteristics split with the diffusion were tried: %.80s",
                 s.fine.failed ? err->message
                 : meets       ? "an independent solution does not agree with them"
                               : "they miss it too");
    }
    search_finish(&s);
    return good;
}

static bool refine(const struct setup *setup, const struct monitor *monitor, int first,
                   struct resolution *out, struct error *err) {
    const int last = most_exponent(setup);
    struct search s = {.setup = setup,
                       .options = evolution_options(setup, monitor),
                       .first = first < last ? first : last,
                       .last = last,
                       .patience = last};
    const bool good = search_run(&s, out, err);
    search_finish(&s);
    out->tolerance = tolerance_on(setup, setup->grid->cells * out->factor);
    return good;
}

static bool choose(const struct setup *setup, const struct monitor *monitor,
                   struct resolution *out, struct error *err) {
    double peclet, steepest;
    bool taken = false;
    if (!peclet_of(setup, &peclet, &steepest, err)) return false;
    const bool free_choice = strcmp(out->method, "auto") == 0;
    const int wanted = peclet > diffusive ? (int)ceil(log2(peclet / diffusive)) : 0;
    const bool short_way = steepest * setup->time[setup->snapshots - 1] < most_turns;
    if (free_choice && short_way && wanted > most_exponent(setup) &&
        !try_splitting(setup, monitor, out, &taken, err))
        return false;
    return taken ||
           refine(setup, monitor, free_choice || peclet == 0 ? wanted : 0, out, err);
}

static struct resolution plain(const struct setup *setup) {
    return (struct resolution){.factor = 1,
                               .method = setup->spec->time.method,
                               .tolerance = equation_tolerance(setup),
                               .target = setup->spec->accuracy.space,
                               .order = (double)NAN,
                               .met = true};
}

static bool as_given(const struct setup *setup, struct resolution *out, struct error *err) {
    *out = plain(setup);
    return (out->grid = grid_refine(setup->grid, 1, err)) != NULL;
}

bool resolution_create(const struct setup *setup, const struct monitor *monitor,
                       struct resolution *out, struct error *err) {
    if (!equation_of(setup)->refines_cells) return as_given(setup, out, err);
    *out = plain(setup);
    out->space_error = array_create(setup->snapshots, sizeof *out->space_error, err);
    if (out->space_error == NULL || !choose(setup, monitor, out, err)) return false;
    if (isnan(out->worst)) { /* nothing to compare with */
        free(out->space_error);
        out->space_error = NULL;
        out->met = false;
    }
    *err = (struct error){0}; /* of passes that were given up */
    return out->grid != NULL ||
           (out->grid = grid_refine(setup->grid, out->factor, err)) != NULL;
}

void resolution_finish(struct resolution *r) {
    let_go(r);
    free(r->space_error);
    *r = (struct resolution){0};
}

void resolution_restrict(const struct resolution *r, const struct setup *setup,
                         const double *values, double *out) {
    field_restrict(r->grid, r->factor, values, setup->grid, out);
}
