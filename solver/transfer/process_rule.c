/* SPDX-License-Identifier: GPL-3.0-or-later
 * An update rule: T(x, g, z) for every value of the gradient's law and every node of the
 * normals. */
#include "solver/transfer/gradient_law.h"
#include "solver/transfer/gradients.h"
#include "solver/transfer/normal_nodes.h"
#include "solver/transfer/process_kinds.h"
#include <math.h>
#include <stdlib.h>

/* Nodes of one normal, and of each of two: with the examples' number the outcomes of a
 * point. Where the noise is wider they are further apart than a cell. */
static const long most_half[2] = {512, 60};
/* Where the slope of T in a normal is looked for: -4, -3, ..., 4. */
enum { PROBES = 9 };

struct ruled {
    struct process base;
    const struct model *model;
    struct gradient_law *law;
    double cell[2];
};

struct ruled_scratch {
    const struct gradient_law *owner; /* of law */
    void *law;
    struct outcome *value, *node; /* of g, of z */
    double *registers;
    double x[2][PROGRAM_BLOCK], g[2][PROGRAM_BLOCK], z[2][PROGRAM_BLOCK],
        to[2][PROGRAM_BLOCK];
};

/* to[d][i] = T_d at the first n points of the block. */
static void step_block(const struct ruled *s, struct ruled_scratch *w, size_t n) {
    const struct rule *rule = s->model->rule;
    const double *const x[2] = {w->x[0], w->x[1]}, *const g[2] = {w->g[0], w->g[1]},
                        *const z[2] = {w->z[0], w->z[1]};
    double *const to[2] = {w->to[0], w->to[1]};
    rule_run_block(rule, rule->step, n, x, g, z, to, w->registers);
}

static void put(struct ruled_scratch *w, size_t i, const double *x, const double *g,
                const double *z) {
    for (int d = 0; d < 2; d++)
        w->g[d][i] = g[d], w->z[d][i] = z[d];
    w->x[0][i] = x[0];
    w->x[1][i] = x[1];
}

/* How far T moves with each normal, at the most between two probes, at the gradient g. */
static void slopes(const struct ruled *s, struct ruled_scratch *w, const double *x,
                   const double *g, double slope[2][2]) {
    const int normals = s->model->rule->normals;
    for (int k = 0; k < normals; k++)
        for (size_t j = 0; j < PROBES; j++) {
            double z[2] = {0};
            z[k] = (double)j - (PROBES - 1) / 2.0;
            put(w, (size_t)k * PROBES + j, x, g, z);
        }
    step_block(s, w, (size_t)normals * PROBES);
    for (int k = 0; k < normals; k++)
        for (int d = 0; d < s->base.dims; d++) {
            const double *to = w->to[d] + k * PROBES;
            for (size_t j = 0; j + 1 < PROBES; j++)
                slope[d][k] = fmax(slope[d][k], fabs(to[j + 1] - to[j]));
        }
}

/* The nodes of z for all values of g[n]; their number. */
static size_t place_nodes(const struct ruled *s, struct ruled_scratch *w, const double *x,
                          size_t n) {
    const int normals = s->model->rule->normals;
    double slope[2][2] = {{0}};
    if (normals == 0) return w->node[0] = (struct outcome){{0, 0}, 1}, 1;
    for (size_t k = 0; k<n; k += n> 16 ? n / 16 : 1)
        slopes(s, w, x, w->value[k].landing, slope);
    struct normal_nodes nodes = normal_nodes_for(normals, s->base.dims, slope, s->cell);
    for (int k = 0; k < normals; k++)
        if (nodes.half[k] > most_half[normals - 1]) {
            nodes.dz[k] *= (double)nodes.half[k] / (double)most_half[normals - 1];
            nodes.half[k] = most_half[normals - 1];
        }
    return normal_nodes_fill(&nodes, w->node);
}

static bool outcomes(const struct process *process, const double *at, void *scratch,
                     struct outcome *out, size_t *n, struct error *err) {
    const struct ruled *s = (const struct ruled *)process;
    struct ruled_scratch *w = scratch;
    const double x[2] = {at[0], process->dims == 2 ? at[1] : 0};
    size_t values;
    if (!s->law->values(s->law, x, w->law, w->value, &values, err)) return false;
    const size_t nodes = place_nodes(s, w, x, values);
    *n = values * nodes;
    for (size_t from = 0; from < *n; from += PROGRAM_BLOCK) {
        const size_t now = *n - from < PROGRAM_BLOCK ? *n - from : PROGRAM_BLOCK;
        for (size_t i = 0; i < now; i++)
            put(w, i, x, w->value[(from + i) / nodes].landing,
                w->node[(from + i) % nodes].landing);
        step_block(s, w, now);
        for (size_t i = 0; i < now; i++) {
            const struct outcome *g = &w->value[(from + i) / nodes],
                                 *z = &w->node[(from + i) % nodes];
            out[from + i] = (struct outcome){{w->to[0][i], w->to[1][i]},
                                             g->probability * z->probability};
            for (int d = 0; d < process->dims; d++)
                if (!isfinite(w->to[d][i]))
                    return fail(err, ERROR_RUN, "a step of the rule from %s ends at %g",
                                point_in_words(s->model, x).text, w->to[d][i]);
        }
    }
    return true;
}

/* ---------------------------------------------------------------- making */

static void free_scratch(void *scratch) {
    struct ruled_scratch *w = scratch;
    if (w == NULL) return;
    if (w->law != NULL) w->owner->free_scratch(w->law);
    free(w->registers);
    free(w->node);
    free(w->value);
    free(w);
}

static size_t most_nodes(const struct rule *rule) {
    if (rule->normals == 0) return 1;
    const size_t line = 2 * (size_t)most_half[rule->normals - 1] + 1;
    return rule->normals == 1 ? line : line * line;
}

static void *make_scratch(const struct process *process, struct error *err) {
    const struct ruled *s = (const struct ruled *)process;
    const struct rule *rule = s->model->rule;
    struct ruled_scratch *w = array_create(1, sizeof *w, err);
    if (w == NULL) return NULL;
    w->owner = s->law;
    if ((w->law = s->law->make_scratch(s->law, err)) != NULL &&
        (w->value = array_create(s->law->most, sizeof *w->value, err)) != NULL &&
        (w->node = array_create(most_nodes(rule), sizeof *w->node, err)) != NULL &&
        (w->registers =
             array_create(program_scratch(rule->step), sizeof *w->registers, err)) != NULL)
        return w;
    return free_scratch(w), NULL;
}

static void destroy(struct process *process) {
    struct ruled *s = (struct ruled *)process;
    gradient_law_destroy(s->law);
    free(s);
}

/* How much of the gradient's component d moves the state by one cell: of a rule that is
 * linear in g, at the corners and the middle of the grid. (Others have few batches, which
 * are taken one by one.) */
static bool steps_of(const struct ruled *s, const struct grid *grid, double step[2],
                     struct error *err) {
    const struct rule *rule = s->model->rule;
    const size_t dims = (size_t)grid->dims, points = 9;
    double x[2][9], zero[9] = {0}, value[10][9], *out[10];
    double *registers =
        array_create(program_scratch(rule->tangent), sizeof *registers, err);
    if (registers == NULL) return false;
    for (size_t k = 0; k < points; k++)
        for (size_t d = 0; d < dims; d++) {
            const struct axis *axis = grid->axis[d];
            const size_t place = d == 0 ? k % 3 : k / 3;
            x[d][k] = axis->centre[place * (axis->cells - 1) / 2];
        }
    for (size_t q = 0; q < 10; q++)
        out[q] = value[q];
    const double *const at[2] = {x[0], x[1]}, *const none[2] = {zero, zero};
    rule_run_block(rule, rule->tangent, points, at, none, none, out, registers);
    free(registers);
    for (size_t d = 0; d < dims; d++) {
        double moves = 0; /* cells per unit of g_d */
        for (size_t a = 0; a < dims; a++)
            for (size_t k = 0; k < points; k++)
                moves = fmax(moves, fabs(value[dims + dims * dims + a * dims + d][k]) /
                                        s->cell[a]);
        step[d] = moves > 0 && isfinite(moves) ? 1 / moves : HUGE_VAL;
    }
    return true;
}

struct process *process_rule(const struct model *m, const struct grid *grid,
                             struct error *err) {
    double step[2];
    if (grid->dims != m->dims)
        return fail(err, ERROR_SETTINGS,
                    "the law of this process needs a grid of %d axes, not %d", m->dims,
                    grid->dims),
               NULL;
    struct ruled *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->model = m;
    for (int d = 0; d < m->dims; d++)
        s->cell[d] = axis_narrowest(grid->axis[d]);
    if (!steps_of(s, grid, step, err) ||
        (s->law = gradient_law_drawn(m, (double)NAN, step, err)) == NULL)
        return destroy(&s->base), NULL;
    s->base = (struct process){.dims = m->dims,
                               .most = s->law->most * most_nodes(m->rule),
                               .outcomes = outcomes,
                               .make_scratch = make_scratch,
                               .free_scratch = free_scratch,
                               .destroy = destroy,
                               .name = "sgd"};
    return &s->base;
}
