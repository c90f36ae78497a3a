/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape.h"
#include "grids/field.h"
#include "solver/escape/escape_align.h"
#include "solver/escape/escape_cells.h"
#include "solver/escape/escape_splitting.h"
#include "solver/fv/initial.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_TIMES = 121 };

/* ---------------------------------------------------------------- the start */

/* Scales p to mass 1. False: there is none. */
static bool scale_to_one(const struct grid *grid, double *p) {
    const double mass = field_mass(grid, p);
    for (size_t i = 0; mass > 0 && i < grid->cells; i++)
        p[i] /= mass;
    return mass > 0;
}

/* The stationary density inside the region, of mass 1. */
static bool start_in_region(const struct escape *e, const struct evolution *evolution,
                            double *p, struct error *err) {
    const struct config_node *from = escape_question_at(&e->question, "from");
    struct stationary st;
    if (!evolution_stationary(evolution, evolution->intervals - 1, &st, err)) return false;
    bool good = st.density != NULL ||
                config_fail(err, from,
                            "a region starts from its stationary density, and there is "
                            "none: %s; give a point, initial or quasi_stationary",
                            st.reason);
    for (size_t i = 0; good && i < evolution->grid->cells; i++)
        p[i] = st.density[i] * e->question.part[i] * !e->question.target[i];
    stationary_finish(&st);
    if (good && !scale_to_one(evolution->grid, p))
        good = config_fail(err, from, "the stationary density is 0 in this region");
    return good;
}

static size_t heaviest_outside(const struct grid *grid, const bool *target,
                               const double *p) {
    size_t best = grid->cells;
    double most = 0;
    for (size_t i = 0; i < grid->cells; i++)
        if (!target[i] && p[i] * grid->volume[i] > most)
            most = p[i] * grid->volume[i], best = i;
    return best;
}

/* start[cells] but for quasi_stationary, which starts from its own law once that is known:
 * the initial density then says in which part of the grid. */
static bool place_start(struct escape *e, const struct evolution *evolution,
                        struct error *err) {
    const struct grid *grid = evolution->grid;
    double outside;
    bool good;
    if (e->question.from == ESCAPE_FROM_POINT)
        good = initial_point(grid, e->question.point, e->start, err);
    else if (e->question.from == ESCAPE_FROM_REGION)
        good = start_in_region(e, evolution, e->start, err);
    else
        good = setup_initial(e->setup, grid, e->start, &outside, err);
    if (!good) return false;
    e->within = heaviest_outside(grid, e->question.target, e->start);
    if (e->within < grid->cells) return true;
    return config_fail(err, escape_question_at(&e->question, "from"),
                       "all of the initial density lies in the target");
}

/* ---------------------------------------------------------------- one grid */

static bool quasi_law(struct escape *e, struct error *err) {
    struct error inner = {0};
    part_begin(&e->parts, "escape: quasi-stationary law");
    if (passage_quasi(&e->passage, e->within, &e->quasi, &inner)) {
        if (e->question.from == ESCAPE_FROM_QUASI)
            memcpy(e->start, e->quasi.density, e->passage.grid->cells * sizeof *e->start);
        return true;
    }
    e->why_no_quasi = inner;
    if (!error_is_fatal(&inner) && e->question.from != ESCAPE_FROM_QUASI) return true;
    *err = inner;
    return config_fail_within(err, escape_question_at(&e->question, "from"));
}

static double mean_time(const struct escape *e) {
    if (e->question.from == ESCAPE_FROM_POINT)
        return passage_log_time_at(&e->passage, e->question.point);
    if (e->question.from == ESCAPE_FROM_QUASI) return -e->quasi.log_rate;
    return passage_log_time_from(&e->passage, e->start);
}

static bool add_reach(struct escape *e, struct error *err) {
    e->reach.space_error = e->reach.extrapolated = (double)NAN;
    if (e->question.split == NULL) return true;
    part_begin(&e->parts, "escape: arrivals in time");
    return passage_reached(&e->passage, e->start, e->question.splitting.time,
                           &e->reach.probability, &e->reach.error, err);
}

static bool aligns(const struct evolution *evolution) {
    const struct passage_table *t = passage_table_of(evolution_last(evolution)->equation);
    return t != NULL && t->aligns;
}

/* The question on `grid`, which e takes over, and *evolution on it. */
static bool move_to(struct escape *e, struct grid *grid, const struct evolution **evolution,
                    struct error *err) {
    const struct evolution_options options =
        evolution_options(e->setup, evolution_last(*evolution)->monitor);
    evolution_destroy(e->evolution);
    grid_destroy(e->grid);
    e->evolution = NULL;
    if ((e->grid = grid) == NULL ||
        (e->evolution = evolution_create(e->setup, grid, &options, err)) == NULL)
        return false;
    *evolution = e->evolution;
    escape_question_finish(&e->question);
    return escape_question_read(e->setup, grid, &e->question, err);
}

/* The question on *evolution's grid, or on one with the target's edge on a face and with its
 * cells cut, which *evolution then is on. */
static bool ask(struct escape *e, const struct evolution **evolution, struct error *err) {
    struct grid *aligned = NULL;
    if (!escape_question_read(e->setup, (*evolution)->grid, &e->question, err))
        return false;
    if (e->question.cut > 0 && aligns(*evolution) &&
        !escape_align((*evolution)->grid, e->question.covered, &aligned, err))
        return false;
    e->moved = aligned != NULL;
    if (e->moved && !move_to(e, aligned, evolution, err)) return false;
    return e->cut <= 1 ||
           move_to(e, grid_refine((*evolution)->grid, e->cut, err), evolution, err);
}

bool escape_answer(struct escape *e, const struct setup *setup,
                   const struct evolution *evolution, struct error *err) {
    e->setup = setup;
    part_begin(&e->parts, "escape: mean time");
    if (!ask(e, &evolution, err)) return false;
    const struct grid *grid = evolution->grid;
    if ((e->start = array_create(grid->cells, sizeof *e->start, err)) == NULL) return false;
    if (!passage_create(evolution_last(evolution), grid, e->question.target, &e->passage,
                        err))
        return config_fail_within(err, e->question.node);
    if (e->question.from == ESCAPE_FROM_REGION) part_begin(&e->parts, "escape: start");
    if (!place_start(e, evolution, err) || !quasi_law(e, err)) return false;
    e->log_time = mean_time(e);
    return add_reach(e, err);
}

void escape_clear(struct escape *e) {
    escape_splitting_destroy(e->splitting);
    escape_exponents_finish(&e->exponents);
    survival_finish(&e->survival);
    free(e->time);
    free(e->exit_place);
    free(e->committor);
    passage_quasi_finish(&e->quasi);
    passage_finish(&e->passage);
    escape_question_finish(&e->question);
    evolution_destroy(e->evolution);
    grid_destroy(e->grid);
    free(e->start);
}

/* ---------------------------------------------------------------- making */

static bool add_committor(struct escape *e, struct error *err) {
    const size_t n = e->passage.grid->cells;
    if (e->question.from != ESCAPE_FROM_REGION || e->question.boundary ||
        e->passage.table->committor == NULL ||
        e->passage.interval->coefficients->reset != NULL)
        return true;
    part_begin(&e->parts, "escape: committor");
    bool *from = array_create(n, sizeof *from, err);
    bool good =
        from != NULL && (e->committor = array_create(n, sizeof *e->committor, err)) != NULL;
    for (size_t i = 0; good && i < n; i++)
        from[i] = e->question.part[i] > 0.5;
    good =
        good && passage_committor(&e->passage, from, e->passage.target, e->committor, err);
    free(from);
    return good;
}

/* What only one kind of grid has: the two sides, or the places. */
static bool add_exits(struct escape *e, struct error *err) {
    if (e->passage.table->exit_places == NULL) {
        for (int side = 0; side < 2; side++)
            e->exit[side] = exp(passage_log_exit(&e->passage, e->start, side));
        return true;
    }
    e->exit_place = array_create(e->passage.places, sizeof *e->exit_place, err);
    return e->exit_place != NULL &&
           passage_exit_places(&e->passage, e->start, e->exit_place, err);
}

/* As the settings say, or from 1e-4 to 10 mean times. */
static bool choose_times(struct escape *e, struct error *err) {
    const struct config_node *node = config_find(e->question.node, "times");
    if (node != NULL)
        return setup_time_list(e->setup->spec, node, &e->times, &e->time, err);
    if ((e->time = array_create(DEFAULT_TIMES, sizeof *e->time, err)) == NULL) return false;
    e->times = DEFAULT_TIMES;
    for (size_t k = 0; k < DEFAULT_TIMES; k++)
        e->time[k] = exp(fmin(e->log_time, 600) +
                         log(10) * (-4 + 5 * (double)k / (DEFAULT_TIMES - 1)));
    return true;
}

bool escape_create(const struct setup *setup, const struct evolution *evolution,
                   const struct parts *parts, struct escape **out, struct error *err) {
    *out = NULL;
    if (setup->spec->analysis.escape == NULL) return true;
    struct escape *e = array_create(1, sizeof *e, err);
    if (e == NULL) return false;
    if (parts != NULL) e->parts = *parts;
    if (escape_answer(e, setup, evolution, err) && escape_choose_cells(e, evolution, err) &&
        add_committor(e, err) && add_exits(e, err) && choose_times(e, err) &&
        escape_splitting_create(e, err) && escape_exponents_find(e, &e->exponents, err))
        return *out = e, true;
    return escape_destroy(e), false;
}

/* Where the passage is light, times and levels cost no more than the grid; else they are what
 * a run computes. */
static bool check_start(struct escape *e, const struct evolution *evolution,
                        struct error *err) {
    const struct evolution_interval *last = evolution_last(evolution);
    const struct passage_table *table = passage_table_of(last->equation);
    const struct grid *grid = evolution->grid;
    const bool *target = e->question.target, light = table != NULL && table->light;
    if (!(light ? passage_create(last, grid, target, &e->passage, err)
                : passage_check(last, grid, target, err)))
        return config_fail_within(err, e->question.node);
    if (!light && e->question.from == ESCAPE_FROM_REGION) return true;
    return (e->start = array_create(grid->cells, sizeof *e->start, err)) != NULL &&
           place_start(e, evolution, err) && (!light || escape_splitting_create(e, err));
}

bool escape_check(const struct setup *setup, const struct evolution *evolution,
                  struct error *err) {
    if (setup->spec->analysis.escape == NULL) return true;
    struct escape e = {.setup = setup};
    const bool good = ask(&e, &evolution, err) && check_start(&e, evolution, err);
    escape_clear(&e);
    return good;
}

void escape_destroy(struct escape *e) {
    if (e == NULL) return;
    escape_clear(e);
    free(e);
}

bool escape_survive(struct escape *e, const struct monitor *monitor, struct error *err) {
    if (e == NULL) return true;
    const struct propagator_options options = {.tolerance = equation_tolerance(e->setup),
                                               .monitor = monitor};
    struct error inner = {0};
    part_begin(&e->parts, "escape: survival");
    if (isfinite(e->log_time) && passage_survival(&e->passage, &options, e->start, e->times,
                                                  e->time, &e->survival, &inner))
        return true;
    e->why_no_survival = inner;
    if (!isfinite(e->log_time))
        fail(&e->why_no_survival, ERROR_RUN, "the mean time is not finite");
    if (!error_is_fatal(&inner)) return true;
    return *err = inner, false;
}
