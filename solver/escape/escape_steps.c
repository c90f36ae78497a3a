/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape_steps.h"
#include "grids/field.h"
#include "solver/transfer/masses.h"
#include "solver/transfer/mean_steps.h"
#include "solver/transfer/process_kinds.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Cells outside the target, and outcomes of all cells: some seconds. */
enum { MOST_LINE = 1500, MOST_PLANE = 5000 };
static const double most_outcomes = 1e6;
static const double doubtful_error = 0.1, doubtful_defect = 1e-6; /* relative */

/* ---------------------------------------------------------------- cells */

/* The question on one grid; own: of every second face, again and again. */
struct level {
    const struct grid *grid;
    const bool *target;
    const double *start;
    struct grid *own_grid;
    bool *own_target;
    double *own_start;
};

static void level_finish(struct level *l) {
    grid_destroy(l->own_grid);
    free(l->own_target);
    free(l->own_start);
}

static size_t states_of(const struct level *l) {
    size_t n = 0;
    for (size_t i = 0; i < l->grid->cells; i++)
        n += !l->target[i];
    return n;
}

/* coarse[cells of the coarse grid]: half or more of the cell is target. False where the
 * target's edge cuts its cells. */
static bool halve_target(const struct level *l, const struct grid *grid, bool *coarse) {
    const size_t nx = l->grid->axis[0]->cells, mx = grid->axis[0]->cells;
    const size_t rows = grid->dims == 2 ? 2 : 1;
    bool whole = true;
    for (size_t k = 0; k < grid->cells; k++) {
        const bool *cell = l->target + 2 * (k % mx) + rows * (k / mx) * nx;
        size_t hits = 0;
        for (size_t row = 0; row < rows; row++)
            hits += (size_t)cell[row * nx] + cell[row * nx + 1];
        coarse[k] = hits >= rows;
        whole &= hits == 0 || hits == 2 * rows;
    }
    return whole;
}

/* *next: l on half the cells, which it can be cut into; *whole: no cell of it is cut. */
static bool level_halve(const struct level *l, struct level *next, bool *whole,
                        struct error *err) {
    *next = (struct level){.own_grid = grid_coarsen(l->grid, 2, err)};
    if ((next->grid = next->own_grid) == NULL) return false;
    const size_t n = next->grid->cells;
    next->target = next->own_target = array_create(n, sizeof *next->own_target, err);
    next->start = next->own_start = array_create(n, sizeof *next->own_start, err);
    if (next->target == NULL || next->start == NULL) return level_finish(next), false;
    *whole = halve_target(l, next->grid, next->own_target);
    field_restrict(l->grid, 2, l->start, next->grid, next->own_start);
    return true;
}

/* *l on half the cells, unless the target's edge would cut them: *done tells. */
static bool coarsen(struct level *l, bool *done, struct error *err) {
    struct level next;
    *done = false;
    if (!grid_can_halve(l->grid)) return true;
    if (!level_halve(l, &next, done, err)) return false;
    level_finish(*done ? l : &next);
    if (*done) *l = next;
    return true;
}

/* ---------------------------------------------------------------- the process */

static struct process *process_of(const struct escape *e, enum ensemble_kind kind,
                                  const struct grid *grid, struct error *err) {
    const struct model *m = e->setup->model;
    if (m->momentum > 0)
        return fail(err, ERROR_SETTINGS,
                    "with momentum the state has a velocity, too: take walkers"),
               NULL;
    if (kind == ENSEMBLE_GAUSSIAN && m->dims == 2)
        return fail(err, ERROR_SETTINGS,
                    "normal noise has too many outcomes in two variables: take walkers"),
               NULL;
    return (kind == ENSEMBLE_SGD ? process_sgd
                                 : process_gaussian)(m, model_intervals(m) - 1, grid, err);
}

/* Outcomes from all cells, as a sample of some 64 has them. */
static bool count_outcomes(const struct level *l, const struct process *process,
                           double *count, struct error *err) {
    const struct grid *grid = l->grid;
    const size_t nx = grid->axis[0]->cells, stride = grid->cells / 64 + 1;
    void *scratch = process->make_scratch ? process->make_scratch(process, err) : NULL;
    struct outcome *out = array_create(process->most, sizeof *out, err);
    bool good = out != NULL && (scratch != NULL || process->make_scratch == NULL);
    *count = 0;
    for (size_t i = stride / 2, n; good && i < grid->cells; i += stride) {
        const double w[2] = {grid->axis[0]->centre[i % nx],
                             grid->dims == 2 ? grid->axis[1]->centre[i / nx] : 0};
        good = process->outcomes(process, w, scratch, out, &n, err);
        if (good) *count += (double)n * (double)stride;
    }
    free(out);
    if (process->free_scratch != NULL) process->free_scratch(scratch);
    return good;
}

static bool is_too_much(const struct level *l, const struct process *process, bool *so,
                        struct error *err) {
    double outcomes;
    if (!count_outcomes(l, process, &outcomes, err)) return false;
    *so = states_of(l) > (l->grid->dims == 2 ? MOST_PLANE : MOST_LINE) ||
          outcomes > most_outcomes;
    return true;
}

/* The cells, and the process on them. */
static bool choose_cells(const struct escape *e, enum ensemble_kind kind, struct level *l,
                         struct process **process, struct error *err) {
    bool more = true;
    *l = (struct level){e->passage.grid, e->passage.target, e->start, NULL, NULL, NULL};
    while ((*process = process_of(e, kind, l->grid, err)) != NULL) {
        if (!is_too_much(l, *process, &more, err)) return false;
        if (more && !coarsen(l, &more, err)) return false;
        if (!more) return true;
        process_destroy(*process);
    }
    return false;
}

/* ---------------------------------------------------------------- steps */

static bool steps_from_start(const struct mean_steps *found, const struct level *l,
                             double *steps, struct error *err) {
    double *mass = array_create(l->grid->cells, sizeof *mass, err);
    const bool good = mass != NULL && masses_from_density(l->grid, l->start, mass, err);
    if (good) *steps = mean_steps_from(found, mass);
    free(mass);
    return good;
}

/* Mean steps on the cells of one level, by the process of the finest. */
static bool steps_on(const struct escape *e, const struct level *l,
                     const struct process *process, const struct monitor *monitor,
                     double *steps, double *defect, struct error *err) {
    struct mean_steps found;
    struct transfer *op = transfer_create(process, l->grid, DEPOSIT_CUBIC, monitor, err);
    bool good = op != NULL && mean_steps_find(op, l->target, monitor, &found, err);
    if (good) {
        *defect = found.defect;
        if (e->question.from == ESCAPE_FROM_POINT)
            *steps = mean_steps_at(&found, e->question.point);
        else
            good = steps_from_start(&found, l, steps, err);
        mean_steps_finish(&found);
    }
    transfer_destroy(op);
    return good;
}

/* *steps of *l become those of half the cells, and *l has these; *change is the difference,
 * NaN where there is no answer on them. */
static bool change_by_half(const struct escape *e, struct level *l,
                           const struct process *process, const struct monitor *monitor,
                           double *steps, double *change, bool *whole, struct error *err) {
    struct level half;
    struct error inner = {0};
    double other = NAN, unused;
    if (!grid_can_halve(l->grid)) return *change = NAN, true;
    if (!level_halve(l, &half, whole, err)) return false;
    level_finish(l);
    *l = half;
    if (!steps_on(e, l, process, monitor, &other, &unused, &inner) &&
        error_is_fatal(&inner))
        return *err = inner, false;
    *change = fabs(*steps - other);
    *steps = other;
    return true;
}

/* out->error. Times converge irregularly, by order 1 to 2, and one pair of grids may agree by
 * chance: the change from half to a quarter of the cells counts, too, by half. */
static bool estimate(const struct escape *e, struct level *l, const struct process *process,
                     const struct monitor *monitor, struct escape_steps *out,
                     struct error *err) {
    double steps = out->steps, further;
    bool whole = true;
    if (!change_by_half(e, l, process, monitor, &steps, &out->error, &out->half_on, err))
        return false;
    if (!out->half_on || isnan(out->error)) return true;
    if (!change_by_half(e, l, process, monitor, &steps, &further, &whole, err))
        return false;
    if (whole) out->error = fmax(out->error, further / 2);
    return true;
}

static bool find(const struct escape *e, enum ensemble_kind kind,
                 const struct monitor *monitor, struct escape_steps *out,
                 struct error *err) {
    struct level l = {0};
    struct process *process = NULL;
    bool good = choose_cells(e, kind, &l, &process, err);
    out->half_on = true;
    if (good) out->cells = l.grid->cells, out->halves = grid_can_halve(l.grid);
    good = good && steps_on(e, &l, process, monitor, &out->steps, &out->defect, err) &&
           estimate(e, &l, process, monitor, out, err);
    process_destroy(process);
    level_finish(&l);
    return good;
}

bool escape_steps_find(const struct escape *e, enum ensemble_kind kind,
                       const struct monitor *monitor, struct escape_steps *out,
                       struct error *err) {
    const struct model *m = e->setup->model;
    struct error inner = {0};
    part_begin(&e->parts, kind == ENSEMBLE_SGD ? "escape: SGD itself"
                                               : "escape: SGD with normal noise");
    *out = (struct escape_steps){.step = model_step_time(m, model_intervals(m) - 1),
                                 .cut = e->question.cut > 0 && !e->moved};
    if (find(e, kind, monitor, out, &inner)) return true;
    if (error_is_fatal(&inner)) return *err = inner, false;
    snprintf(out->why, sizeof out->why, "%.250s", inner.message);
    return true;
}

bool escape_steps_doubt(const struct escape_steps *s, char text[ESCAPE_STEPS_TEXT]) {
    if (s->why[0] != '\0' || !isfinite(s->steps)) return false;
    if (s->defect > doubtful_defect)
        return snprintf(text, ESCAPE_STEPS_TEXT,
                        "rounding makes the mean steps of SGD doubtful by %.1g of them",
                        s->defect),
               true;
    if (!s->halves || s->error <= doubtful_error * s->steps) return false;
    if (isnan(s->error))
        snprintf(
            text, ESCAPE_STEPS_TEXT,
            "the error of SGD's mean steps is not known: half the cells have no answer");
    else
        snprintf(text, ESCAPE_STEPS_TEXT,
                 "half the cells change the mean steps of SGD by %.2g of them: take more",
                 s->error / s->steps);
    return true;
}
