/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape_question.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct config_node *escape_question_at(const struct escape_question *q,
                                             const char *key) {
    const struct config_node *child = config_find(q->node, key);
    return child != NULL ? child : q->node;
}

/* The condition that a node gives: its own text, or that of the region it names. */
static const struct config_node *condition_of(const struct setup *setup,
                                              const struct config_node *node) {
    const struct config_node *region =
        node->text == NULL ? NULL : config_find(setup->spec->analysis.regions, node->text);
    return region != NULL ? region : node;
}

/* ---------------------------------------------------------------- to */

static void centre_of(const struct grid *grid, size_t cell, double x[2]) {
    const size_t nx = grid->axis[0]->cells;
    x[0] = grid->axis[0]->centre[cell % nx];
    if (grid->dims == 2) x[1] = grid->axis[1]->centre[cell / nx];
}

/* target from the part of each cell; the cells that the edge cuts. */
static size_t mark_target(const struct grid *grid, const double *part,
                          struct escape_question *q) {
    size_t count = 0;
    for (size_t i = 0; i < grid->cells; i++) {
        q->target[i] = part[i] > 0.5;
        count += q->target[i];
        if (part[i] < 1e-9 || part[i] > 1 - 1e-9) continue;
        if (q->cut++ == 0) centre_of(grid, i, q->cut_at);
    }
    return count;
}

static bool read_to(const struct setup *setup, const struct grid *grid,
                    const struct config_node *to, struct escape_question *q,
                    struct error *err) {
    q->boundary = to->kind == CONFIG_SCALAR && strcmp(to->text, "boundary") == 0;
    if ((q->target = array_create(grid->cells, sizeof *q->target, err)) == NULL)
        return false;
    if (q->boundary)
        return grid_absorbs(grid) ||
               config_fail(err, to,
                           "no end of the grid absorbs; set boundary: absorbing in "
                           "the grid, or give a condition");
    q->covered = array_create(grid->cells, sizeof *q->covered, err);
    bool good = q->covered != NULL && setup_condition(setup->spec, condition_of(setup, to),
                                                      grid, q->covered, err);
    const size_t count = good ? mark_target(grid, q->covered, q) : 0;
    if (setup->thin) return good;
    if (good && count == 0)
        good = config_fail(err, to, "no cell lies in the target");
    else if (good && count == grid->cells)
        good = config_fail(err, to,
                           "the target covers every cell: there is nowhere to set "
                           "out from");
    return good;
}

/* ---------------------------------------------------------------- from */

static bool read_point(const struct setup *setup, const struct config_node *from,
                       struct escape_question *q, struct error *err) {
    q->from = ESCAPE_FROM_POINT;
    if (from->kind == CONFIG_MAPPING)
        return config_fail(err, from, "a point, a condition or a name is wanted here");
    return setup_point_read(setup, from, q->point, err);
}

/* An expression with a variable in it is a condition, one without is a number. */
static bool is_condition(const struct setup *setup, const struct config_node *node,
                         bool *condition, struct error *err) {
    struct graph *graph = setup_graph(setup->spec, NULL, err);
    if (graph == NULL) return false;
    const expr e = expr_parse(graph, node->text, err);
    *condition = false;
    for (size_t d = 0; e != EXPR_NONE && d < spec_dims(setup->spec); d++)
        *condition |= expr_depends_on(graph, e, d);
    graph_destroy(graph);
    const struct error inner = *err;
    if (e != EXPR_NONE || error_is_fatal(&inner)) return e != EXPR_NONE;
    return config_fail(err, node,
                       "%s; a point, a condition, a region's name, initial and "
                       "quasi_stationary are possible",
                       inner.message);
}

static bool read_region(const struct setup *setup, const struct grid *grid,
                        const struct config_node *from, struct escape_question *q,
                        struct error *err) {
    q->from = ESCAPE_FROM_REGION;
    if ((q->part = array_create(grid->cells, sizeof *q->part, err)) == NULL ||
        !setup_condition(setup->spec, condition_of(setup, from), grid, q->part, err))
        return false;
    if (setup->thin) return true;
    bool inside = false, meets = false;
    for (size_t i = 0; i < grid->cells; i++) {
        inside |= q->part[i] > 0.5;
        meets |= q->part[i] > 0.5 && q->target[i];
    }
    if (!inside) return config_fail(err, from, "no cell lies in the region");
    return !meets || config_fail(err, from, "the region and the target overlap");
}

static bool read_from(const struct setup *setup, const struct grid *grid,
                      const struct config_node *from, struct escape_question *q,
                      struct error *err) {
    const char *text = from == NULL ? "initial" : from->text;
    bool condition;
    q->from = ESCAPE_FROM_INITIAL;
    if (text == NULL) return read_point(setup, from, q, err);
    if (strcmp(text, "initial") == 0) {
        if (setup->at_point) q->from = ESCAPE_FROM_POINT;
        return memcpy(q->point, setup->point, sizeof q->point), true;
    }
    if (strcmp(text, "quasi_stationary") == 0) return q->from = ESCAPE_FROM_QUASI, true;
    if (condition_of(setup, from) != from) return read_region(setup, grid, from, q, err);
    if (!is_condition(setup, from, &condition, err)) return false;
    return condition ? read_region(setup, grid, from, q, err)
                     : read_point(setup, from, q, err);
}

static bool point_check(const struct setup *setup, const struct grid *grid,
                        const struct escape_question *q, struct error *err) {
    const struct config_node *from = escape_question_at(q, "from");
    size_t cell[2] = {0, 0};
    for (int d = 0; d < grid->dims; d++) {
        const struct axis *axis = grid->axis[d];
        cell[d] = axis_find(axis, q->point[d]);
        if (cell[d] == axis->cells)
            return config_fail(err, from, "%s = %g lies outside the grid, [%g, %g]",
                               setup->model->variable[d], q->point[d], axis->face[0],
                               axis->face[axis->cells]);
    }
    return setup->thin || !q->target[cell[0] + cell[1] * grid->axis[0]->cells] ||
           config_fail(err, from, "%s",
                       from == q->node ||
                               (from->text != NULL && strcmp(from->text, "initial") == 0)
                           ? "all of the initial density lies in the target"
                           : "the point lies in the target");
}

/* ---------------------------------------------------------------- splitting */

static bool read_splitting(const struct setup *setup, const struct config_node *node,
                           struct escape_question *q, struct error *err) {
    q->split = node;
    if (node == NULL) return true;
    if (!settings_read(node, splitting_table, &q->splitting, &setup->spec->evaluator, err))
        return false;
    if (model_has_stable_noise(setup->model))
        return config_fail(err, node,
                           "stable noise jumps over levels; splitting is for normal noise");
    if (spec_dims(setup->spec) != 1)
        return config_fail(err, node, "splitting is for one variable");
    return config_find(node, "at") == NULL || config_find(node, "levels") == NULL ||
           config_fail(err, config_find(node, "at"),
                       "give the number of levels or their places, not both");
}

/* ---------------------------------------------------------------- all */

bool escape_question_read(const struct setup *setup, const struct grid *grid,
                          struct escape_question *q, struct error *err) {
    struct escape_settings s = {0};
    *q = (struct escape_question){.node = setup->spec->analysis.escape};
    const bool good =
        settings_read(q->node, escape_table, &s, &setup->spec->evaluator, err) &&
        read_to(setup, grid, s.to, q, err) && read_from(setup, grid, s.from, q, err) &&
        (q->from != ESCAPE_FROM_POINT || point_check(setup, grid, q, err)) &&
        read_splitting(setup, s.splitting, q, err);
    settings_finish(escape_table, &s);
    if (!good) escape_question_finish(q);
    return good;
}

void escape_question_finish(struct escape_question *q) {
    settings_finish(splitting_table, &q->splitting);
    free(q->part);
    free(q->covered);
    free(q->target);
    q->part = q->covered = NULL, q->target = NULL;
}

void escape_question_words(const struct escape_question *q, const struct setup *setup,
                           char from[ESCAPE_WORDS], char to[ESCAPE_WORDS]) {
    char **variable = setup->model->variable;
    const struct config_node *node = config_find(q->node, "from");
    if (q->from != ESCAPE_FROM_POINT)
        snprintf(from, ESCAPE_WORDS, "%s", node == NULL ? "initial" : node->text);
    else if (setup->model->dims == 1)
        snprintf(from, ESCAPE_WORDS, "%s = %g", variable[0], q->point[0]);
    else
        snprintf(from, ESCAPE_WORDS, "(%s, %s) = (%g, %g)", variable[0], variable[1],
                 q->point[0], q->point[1]);
    snprintf(to, ESCAPE_WORDS, "%s", config_find(q->node, "to")->text);
}
