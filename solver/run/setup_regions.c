/* SPDX-License-Identifier: GPL-3.0-or-later
 * analysis.regions: which part of every cell lies in a region. In 1-D the ends of a region
 * are found by bisection, so that a region that ends inside a cell counts that cell's exact
 * part. */
#include "solver/run/setup.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    const double h = (hi - lo) / SAMPLES;
    double part = 0, from = lo;
    bool now = inside(r, lo + 0.5 * h);
    for (int k = 1; k < SAMPLES; k++) {
        const double x = lo + (k + 0.5) * h;
        if (inside(r, x) == now) continue;
        const double change = change_between(r, x - h, x, now);
        if (now) part += change - from;
        from = change;
        now = !now;
    }
    if (now) part += hi - from;
    return part / (hi - lo);
}

static double part_of_rectangle(const struct indicator *r, const struct axis *x, size_t i,
                                const struct axis *y, size_t j) {
    int count = 0;
    for (int a = 0; a < SAMPLES; a++)
        for (int b = 0; b < SAMPLES; b++) {
            const double point[2] = {x->face[i] + (a + 0.5) / SAMPLES * x->width[i],
                                     y->face[j] + (b + 0.5) / SAMPLES * y->width[j]};
            count += expr_value(r->graph, r->condition, point) != 0;
        }
    return (double)count / (SAMPLES * SAMPLES);
}

static void weights_of(const struct indicator *r, const struct grid *grid, double *weight) {
    const struct axis *x = grid->axis[0], *y = grid->axis[1];
    for (size_t j = 0; j < (grid->dims == 2 ? y->cells : 1); j++)
        for (size_t i = 0; i < x->cells; i++)
            weight[i + j * x->cells] = grid->dims == 1
                                           ? part_of_interval(r, x->face[i], x->face[i + 1])
                                           : part_of_rectangle(r, x, i, y, j);
}

bool setup_condition(const struct spec *spec, const struct config_node *node,
                     const struct grid *grid, double *weight, struct error *err) {
    struct indicator r = {.graph = setup_graph(spec, NULL, err)};
    if (r.graph == NULL) return false;
    r.condition = setup_expression(node, r.graph, err);
    if (r.condition != EXPR_NONE) weights_of(&r, grid, weight);
    graph_destroy(r.graph);
    return r.condition != EXPR_NONE;
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
