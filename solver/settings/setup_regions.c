/* SPDX-License-Identifier: GPL-3.0-or-later
 * analysis.regions: which part of every cell lies in a region. In 1-D the ends of a region
 * are found by bisection, so that a region that ends inside a cell counts that cell's exact
 * part. */
#include "solver/expr/program.h"
#include "solver/settings/setup.h"
#include <stdlib.h>

enum { SAMPLES = 8 }; /* a cell and direction: thinner parts of a region may be missed */

struct indicator {
    struct graph *graph;
    expr condition;
};

static bool inside(const struct indicator *r, double x) {
    return expr_value(r->graph, r->condition, &x) != 0;
}

/* Where the indicator changes between a (value at_a) and b. */
static double change_between(const struct indicator *r, double a, double b, bool at_a) {
    for (int k = 0; k < 60; k++) {
        const double middle = 0.5 * (a + b);
        if (inside(r, middle) == at_a)
            a = middle;
        else
            b = middle;
    }
    return 0.5 * (a + b);
}

static double part_of_interval(const struct indicator *r, double lo, double hi) {
    double part = 0, from = lo, before = lo;
    bool now = inside(r, lo);
    for (int k = 1; k <= SAMPLES; k++) {
        const double x = k < SAMPLES ? lo + (hi - lo) * k / SAMPLES : hi, last = before;
        before = x;
        if (inside(r, x) == now) continue;
        const double change = change_between(r, last, x, now);
        if (now) part += change - from;
        from = change;
        now = !now;
    }
    if (now) part += hi - from;
    return part / (hi - lo);
}

/* value[k][i]: the condition at sample k < SAMPLES of cell i, and at all faces. */
static bool sample(const struct indicator *r, const struct grid *grid, double *value,
                   struct error *err) {
    const size_t n = grid->cells;
    const double *face = grid->axis[0]->face;
    struct program *program = program_create(r->graph, &r->condition, 1, err);
    double *x = program ? array_create(n, sizeof *x, err) : NULL;
    bool good = x != NULL;
    for (int k = 0; good && k < SAMPLES; k++) {
        double *out = value + (size_t)k * n;
        for (size_t i = 0; i < n; i++)
            x[i] = face[i] + (face[i + 1] - face[i]) * k / SAMPLES;
        good = program_run(program, n, (const double *const[1]){x}, &out, err);
    }
    double *last = value + SAMPLES * n;
    if (good) x[0] = face[n];
    good = good && program_run(program, 1, (const double *const[1]){x}, &last, err);
    free(x);
    program_destroy(program);
    return good;
}

/* Is the condition the same at all samples of cell i, its end being the next one's start? */
static bool is_uniform(const double *value, size_t n, size_t i) {
    const bool first = value[i] != 0;
    for (int k = 1; k < SAMPLES; k++)
        if ((value[(size_t)k * n + i] != 0) != first) return false;
    return (value[i + 1 < n ? i + 1 : SAMPLES * n] != 0) == first;
}

/* Most cells are all in or all out; ends of regions are looked for in the others. */
static bool line_weights(const struct indicator *r, const struct grid *grid, double *weight,
                         struct error *err) {
    const double *face = grid->axis[0]->face;
    const size_t n = grid->cells;
    double *value = array_create(SAMPLES * n + 1, sizeof *value, err);
    const bool good = value != NULL && sample(r, grid, value, err);
    for (size_t i = 0; good && i < n; i++)
        weight[i] = is_uniform(value, n, i) ? value[i] != 0
                                            : part_of_interval(r, face[i], face[i + 1]);
    free(value);
    return good;
}

/* The share of SAMPLES x SAMPLES points of every cell; one point of all cells at a time. */
static bool plane_weights(const struct indicator *r, const struct grid *grid,
                          double *weight, struct error *err) {
    const size_t n = grid->cells;
    struct program *program = program_create(r->graph, &r->condition, 1, err);
    double *work = program ? array_create(3 * n, sizeof *work, err) : NULL;
    bool good = work != NULL;
    double *x[2] = {work, good ? work + n : NULL}, *value = good ? work + 2 * n : NULL;
    for (size_t k = 0; good && k < n; k++)
        weight[k] = 0;
    for (int point = 0; good && point < SAMPLES * SAMPLES; point++) {
        const double offset[2] = {(point % SAMPLES + 0.5) / SAMPLES - 0.5,
                                  (point / SAMPLES + 0.5) / SAMPLES - 0.5};
        grid_points(grid, offset, x);
        good = program_run(program, n, (const double *const *)x, &value, err);
        for (size_t k = 0; good && k < n; k++)
            weight[k] += (value[k] != 0) / (double)(SAMPLES * SAMPLES);
    }
    free(work);
    program_destroy(program);
    return good;
}

bool setup_condition(const struct spec *spec, const struct config_node *node,
                     const struct grid *grid, double *weight, struct error *err) {
    struct indicator r = {.graph = setup_graph(spec, NULL, err)};
    if (r.graph == NULL) return false;
    r.condition = setup_expression(node, r.graph, err);
    bool good = r.condition != EXPR_NONE;
    if (good && grid->dims == 1) good = line_weights(&r, grid, weight, err);
    if (good && grid->dims == 2) good = plane_weights(&r, grid, weight, err);
    graph_destroy(r.graph);
    return good;
}

bool setup_regions(const struct setup *setup, const struct grid *grid, double **weight,
                   struct error *err) {
    const struct config_node *node = setup->spec->analysis.regions;
    for (size_t k = 0; node != NULL && k < node->count; k++)
        if ((weight[k] = array_create(grid->cells, sizeof(double), err)) == NULL ||
            !setup_condition(setup->spec, node->child[k], grid, weight[k], err))
            return false;
    return true;
}
