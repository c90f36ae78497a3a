/* SPDX-License-Identifier: GPL-3.0-or-later
 * A rule from its expressions: derivatives, what it depends on, nodes for its normals. */
#include "solver/model/rule.h"
#include "solver/model/model_parts.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_BATCHES = 4096 };

/* ---------------------------------------------------------------- what T depends on */

static bool depends(const struct graph *g, const expr *a, size_t count, size_t from,
                    size_t to) {
    for (size_t k = 0; k < count; k++)
        for (size_t v = from; v < to; v++)
            if (expr_depends_on(g, a[k], v)) return true;
    return false;
}

/* Is T affine in the variables from .. to - 1? sign and comparisons, whose derivative is 0,
 * are none the less branches. */
static bool affine_in(struct graph *g, const expr *map, size_t dims, size_t from,
                      size_t to) {
    for (size_t a = 0; a < dims; a++) {
        if (!depends(g, &map[a], 1, from, to)) continue;
        for (size_t v = from; v < to; v++) {
            if (expr_branches_on(g, map[a], v)) return false;
            const expr slope = expr_derivative(g, map[a], v);
            if (depends(g, &slope, 1, from, to)) return false;
        }
    }
    return true;
}

static bool compile(struct rule *r, struct graph *g, const expr *map, struct error *err) {
    expr out[10];
    size_t n = 0, dims = (size_t)r->dims;
    for (size_t a = 0; a < dims; a++)
        out[n++] = map[a];
    for (size_t a = 0; a < dims; a++)
        for (size_t c = 0; c < dims; c++)
            out[n++] = expr_derivative(g, map[a], c);
    for (size_t a = 0; a < dims; a++)
        for (size_t c = 0; c < dims; c++)
            out[n++] = expr_derivative(g, map[a], r->gradient + c);
    return (r->step = program_create(g, map, dims, err)) != NULL &&
           (r->tangent = program_create(g, out, n, err)) != NULL;
}

/* ---------------------------------------------------------------- nodes */

/* Of one normal. T affine in z: 3 nodes, exact to the fifth moment. Else equidistant ones
 * with weights ~ exp(-z^2/2), the trapezoid rule, whose error 2 exp(-2 pi^2/dz^2) is below
 * rounding at dz = 1/2 where T is smooth; where it jumps in z dz = 1/16 keeps steps and
 * kinks to that resolution. */
static size_t line_nodes(bool affine, bool jumps, double *z, double *weight) {
    if (affine) {
        z[0] = -sqrt(3), z[1] = 0, z[2] = sqrt(3);
        weight[0] = weight[2] = 1.0 / 6, weight[1] = 2.0 / 3;
        return 3;
    }
    const double dz = jumps ? 1.0 / 16 : 0.5;
    const long half = (long)(9 / dz);
    double sum = 0;
    for (long k = -half; k <= half; k++)
        sum += weight[k + half] = exp(-0.5 * (double)(k * k) * dz * dz);
    for (long k = -half; k <= half; k++) {
        z[k + half] = (double)k * dz;
        weight[k + half] /= sum;
    }
    return (size_t)(2 * half + 1);
}

static bool place_nodes(struct rule *r, bool affine, bool jumps, struct error *err) {
    double z[289], weight[289];
    const size_t line = line_nodes(affine, jumps, z, weight);
    const size_t first = r->normals > 0 ? line : 1, second = r->normals > 1 ? line : 1;
    r->nodes = first * second;
    if ((r->node = array_create(r->nodes, sizeof *r->node, err)) == NULL) return false;
    for (size_t k = 0; k < r->nodes; k++) {
        const size_t i = k % first, j = k / first;
        r->node[k] =
            (struct rule_node){{first > 1 ? z[i] : 0, second > 1 ? z[j] : 0},
                               (first > 1 ? weight[i] : 1) * (second > 1 ? weight[j] : 1)};
    }
    return true;
}

/* ---------------------------------------------------------------- making */

static bool list_batches(struct rule *r, const struct model *m, struct error *err) {
    if (r->affine || m->batch == 1) return true;
    if (batches_number(m) > MOST_BATCHES)
        return fail(
            err, ERROR_SETTINGS,
            "the rule is not linear in g, and a batch of %zu of %zu examples can be "
            "drawn in %.3g ways, more than %d: its drift and diffusion cannot be "
            "summed; take batch_size 1 or fewer examples",
            m->batch, m->examples, batches_number(m), MOST_BATCHES);
    return batches_init(&r->batches, m, err);
}

struct rule *rule_create(const struct model *m, const struct model_source *s,
                         struct error *err) {
    struct graph *g = m->graph;
    const size_t dims = (size_t)m->dims, gradient = s->rule_input;
    if (depends(g, s->update, dims, dims, gradient))
        return fail(err, ERROR_SETTINGS,
                    "the update rule depends on a column of the data; what a row does to "
                    "the step comes in g"),
               NULL;
    struct rule *r = array_create(1, sizeof *r, err);
    if (r == NULL) return NULL;
    r->dims = m->dims;
    r->gradient = gradient;
    r->normal = gradient + dims;
    r->inputs = r->normal + 2;
    r->affine = affine_in(g, s->update, dims, r->gradient, r->normal);
    for (int k = 0; k < 2; k++) {
        const size_t v = r->normal + (size_t)k;
        if (depends(g, s->update, dims, v, v + 1)) r->normals = k + 1;
    }
    bool jumps = false; /* by the value of a normal */
    for (size_t a = 0; a < dims; a++) {
        r->branches |= expr_has_branches(g, s->update[a]);
        for (size_t v = r->normal; v < r->inputs; v++)
            jumps |= expr_branches_on(g, s->update[a], v);
    }
    const bool bell = affine_in(g, s->update, dims, r->normal, r->inputs);
    if (compile(r, g, s->update, err) && place_nodes(r, bell, jumps, err) &&
        list_batches(r, m, err) &&
        (m->kind == MODEL_TABLE ||
         (r->example = program_create(g, m->example_gradient, m->examples * dims, err)) !=
             NULL))
        return r;
    return rule_destroy(r), NULL;
}

void rule_destroy(struct rule *r) {
    if (r == NULL) return;
    program_destroy(r->step);
    program_destroy(r->tangent);
    program_destroy(r->example);
    batches_finish(&r->batches);
    free(r->node);
    free(r);
}

void rule_run_block(const struct rule *r, const struct program *program, size_t n,
                    const double *const *x, const double *const *g, const double *const *z,
                    double *const *out, double *scratch) {
    const double *in[EXPR_VARIABLES] = {NULL};
    for (int d = 0; d < r->dims; d++) {
        in[d] = x[d];
        in[r->gradient + (size_t)d] = g[d];
    }
    for (int k = 0; k < r->normals; k++)
        in[r->normal + (size_t)k] = z[k];
    program_run_block(program, n, in, out, scratch);
}
