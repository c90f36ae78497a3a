/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is computed before the first row: the cells that are solved on, the equation on them,
 * its stationary states. Before all that, where it goes. */
#include "solver/run/plan.h"
#include "grids/field.h"
#include "io/part.h"
#include "io/text.h"
#include "solver/file/output.h"
#include <stdio.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- where it goes */

/* Is path the file that a section of the settings reads, `what`? */
static bool input_check(const struct config_node *section, const char *what,
                        const char *path, struct error *err) {
    const struct config_node *file = config_find(section, "file");
    if (file == NULL || file->text == NULL) return true;
    char *input = setup_beside(section->source, file->text, err);
    if (input == NULL) return false;
    const bool same = file_same(path, input);
    free(input);
    return !same || fail(err, ERROR_SETTINGS, "%s is the %s: give another -o", path, what);
}

/* The run's own inputs. */
static bool inputs_check(const struct spec *spec, const char *path, struct error *err) {
    const char *settings = config_root(spec->config)->source;
    if (file_same(path, settings))
        return fail(err, ERROR_SETTINGS, "%s is the settings file: give another -o", path);
    const struct config_node *tables = spec->model.tables;
    for (size_t k = 0; tables != NULL && k < tables->count; k++)
        if (!input_check(tables->child[k], "file of a table", path, err)) return false;
    return input_check(spec->model.data, "data file", path, err) &&
           input_check(spec->model.examples, "file of the examples", path, err) &&
           input_check(spec->initial_node, "file of the initial density", path, err);
}

/* Also part of the names of checkpoints. */
static char *output_name(const struct plan *plan, struct error *err) {
    const struct run_options *o = plan->options;
    const char *path = o->output != NULL ? o->output : plan->spec->output.file;
    const char *source = config_root(plan->spec->config)->source;
    return path != NULL && !o->memory ? text_create(err, "%s", path)
                                      : spec_name(source, o->memory ? "" : ".h5", err);
}

bool plan_output(struct plan *plan, struct error *err) {
    const struct run_options *o = plan->options;
    return (plan->path = output_name(plan, err)) != NULL &&
           (o->memory || (inputs_check(plan->spec, plan->path, err) &&
                          output_check(plan->path, o->force, o->resume, err)));
}

/* ---------------------------------------------------------------- equations */

/* On the cells that are solved on; what chose them may have it already. */
static bool plan_main_evolution(struct plan *p, const struct evolution_options *options,
                                struct error *err) {
    p->evolution = p->resolution.evolution;
    p->resolution.evolution = NULL;
    if (p->evolution != NULL) return evolution_renew(p->evolution, p->setup, options, err);
    p->evolution = evolution_create(p->setup, p->grid, options, err);
    return p->evolution != NULL;
}

/* In the plane nothing else tells whether the cells do: drift over more than a few edges by
 * first-order upwinding, a tensor that the stencil widens, or a start of less than two cells call
 * for the error in space, as `accuracy.space` does. */
static bool looks_coarse(const struct plan *p) {
    const double few_edges = 0.02, narrow = 0.4;
    const struct grid *grid = p->grid;
    const struct upwinding u = evolution_upwinding(p->evolution);
    if (grid->dims != 2 || evolution_last(p->evolution)->equation->upwinding == NULL)
        return false;
    if (config_find(p->spec->accuracy_node, "space") != NULL) return true;
    if (!u.of_density && u.upwind > 0) return false;
    return u.upwind > few_edges || u.regularised > few_edges ||
           field_roughness(grid, p->setup->initial, 0) > narrow ||
           field_roughness(grid, p->setup->initial, 1) > narrow;
}

/* Are there grids of half and a quarter of the cells? */
static bool halves_twice(const struct grid *grid) {
    bool twice = true;
    for (int d = 0; d < grid->dims; d++)
        twice &= grid->axis[d]->cells % 4 == 0;
    return twice;
}

/* On the cells that are solved on, on coarser ones beside them, and on the file's. */
static bool plan_evolution(struct plan *p, struct run_progress *progress,
                           struct error *err) {
    struct evolution_options options = evolution_options(p->setup, &progress->rows);
    run_begin_part(progress, "cells");
    if (!resolution_create(p->setup, &progress->rows, &p->resolution, err)) return false;
    p->grid = p->resolution.grid;
    options.method = p->resolution.method;
    options.tolerance = p->resolution.tolerance;
    if (!plan_main_evolution(p, &options, err)) return false;
    p->resolution.tolerance = p->evolution->tolerance;
    const bool coarse_cells = looks_coarse(p);
    p->blind = coarse_cells && !p->spec->accuracy.estimate && !halves_twice(p->grid);
    p->watched = coarse_cells && !p->spec->accuracy.estimate && !p->blind;
    if (p->spec->accuracy.estimate || p->watched) {
        struct evolution_options coarse = options;
        coarse.method = p->evolution->method;
        coarse.monitor = &progress->coarse;
        if ((p->accuracy = accuracy_create(p->setup, p->grid, &coarse, err)) == NULL)
            return false;
    }
    p->plain = p->resolution.factor == 1
                   ? p->evolution
                   : evolution_create(p->setup, p->setup->grid, &options, err);
    return p->plain != NULL;
}

bool plan_create(struct plan *p, struct run_progress *progress, struct error *err) {
    double outside;
    return (p->setup = setup_create(p->spec, err)) != NULL &&
           plan_evolution(p, progress, err) &&
           (p->start = array_create(p->grid->cells, sizeof *p->start, err)) != NULL &&
           setup_initial(p->setup, p->grid, p->start, &outside, err);
}

/* ---------------------------------------------------------------- stationary states */

const struct stationary *plan_last_stationary(const struct plan *p) {
    return &p->stationary[p->evolution->intervals - 1];
}

/* A state that cannot be computed ends no run: its data sets are absent, and a remark says
 * why. */
static bool stationary_state(struct plan *p, size_t interval, struct error *err) {
    struct stationary *st = &p->stationary[interval];
    if (p->setup->model->driven) {
        *st = (struct stationary){.kind = STATIONARY_DEGENERATE,
                                  .reason = "the model depends on the time t"};
        return true;
    }
    if (evolution_stationary(p->evolution, interval, st, err)) return true;
    if (err->kind != ERROR_RUN) return false;
    *st = (struct stationary){.kind = STATIONARY_DEGENERATE};
    snprintf(st->reason, sizeof st->reason, "%.250s", err->message);
    *err = (struct error){0};
    return true;
}

/* The last interval's state extrapolated, where it exists on the coarser grids too. */
static bool extrapolate_stationary(struct plan *p, struct run_remarks *remarks,
                                   struct error *err) {
    struct space_error error;
    double *out = array_create(p->grid->cells, sizeof *out, err);
    if (out == NULL) return false;
    if (accuracy_stationary(p->accuracy, p->evolution->intervals - 1,
                            plan_last_stationary(p)->density, out, &error, err)) {
        p->stationary_extrapolated = out, p->stationary_error = error.l1;
        return true;
    }
    free(out);
    if (err->kind != ERROR_RUN) return false;
    run_remark(remarks, "note: no extrapolated stationary density: %s", err->message);
    *err = (struct error){0};
    return true;
}

bool plan_stationary(struct plan *p, struct run_progress *progress,
                     struct run_remarks *remarks, struct error *err) {
    const size_t n = p->evolution->intervals;
    if ((p->stationary = array_create(n, sizeof *p->stationary, err)) == NULL) return false;
    if (!p->spec->analysis.stationary) return true;
    run_begin_part(progress, "stationary states");
    for (size_t k = 0; k < n; k++)
        if (!stationary_state(p, k, err)) return false;
    const double *density = plan_last_stationary(p)->density;
    return density == NULL ||
           ((!p->spec->accuracy.estimate || extrapolate_stationary(p, remarks, err)) &&
            evolution_current(p->evolution, n - 1, density, &p->stationary_current, err));
}

void plan_finish(struct plan *p) {
    for (size_t k = 0; p->stationary != NULL && k < p->evolution->intervals; k++)
        stationary_finish(&p->stationary[k]);
    free(p->stationary);
    free(p->stationary_extrapolated);
    free(p->start);
    accuracy_destroy(p->accuracy);
    if (p->plain != p->evolution) evolution_destroy(p->plain);
    evolution_destroy(p->evolution);
    resolution_finish(&p->resolution);
    setup_destroy(p->setup);
    free(p->path);
}
