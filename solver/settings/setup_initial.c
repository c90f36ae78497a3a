/* SPDX-License-Identifier: GPL-3.0-or-later
 * The section `initial`: exactly one law. */
#include "solver/fv/initial.h"
#include "solver/settings/initial_file.h"
#include "solver/settings/setup.h"
#include <stdlib.h>

bool setup_count_check(const struct spec *spec, size_t count,
                       const struct config_node *node, struct error *err) {
    const size_t dims = spec_dims(spec);
    return count == dims || config_fail(err, node, "%zu number%s for %zu variable%s", count,
                                        count == 1 ? "" : "s", dims, dims == 1 ? "" : "s");
}

/* One number for each variable. */
static bool counts_match(const struct spec *spec, const struct config_node *at,
                         const char *key, const struct reals *list, struct error *err) {
    const struct config_node *node = config_find(at, key);
    return setup_count_check(spec, list->count, node != NULL ? node : at, err);
}

static bool gaussian_read(const struct spec *spec, const struct config_node *node,
                          const struct setting *table, struct gaussian *g,
                          struct error *err) {
    struct gaussian_settings s = {.weight = 1};
    const size_t dims = spec_dims(spec);
    bool good = settings_read(node, table, &s, &spec->evaluator, err) &&
                counts_match(spec, node, "mean", &s.mean, err) &&
                counts_match(spec, node, "std", &s.std, err);
    if (good && dims == 1 && s.correlation != 0)
        good = config_fail(err, config_find(node, "correlation"),
                           "goes with two variables only");
    if (good) {
        *g = (struct gaussian){.weight = s.weight, .correlation = s.correlation};
        for (size_t d = 0; d < dims; d++)
            g->mean[d] = s.mean.value[d], g->std[d] = s.std.value[d];
    }
    settings_finish(table, &s);
    return good;
}

static bool gaussian_start(const struct setup *setup, const struct config_node *node,
                           const struct grid *grid, double *p, double *outside,
                           struct error *err) {
    struct gaussian g;
    return gaussian_read(setup->spec, node, gaussian_table, &g, err) &&
           initial_gaussians(grid, 1, &g, p, outside, err);
}

static bool mixture_start(const struct setup *setup, const struct config_node *node,
                          const struct grid *grid, double *p, double *outside,
                          struct error *err) {
    if (node->kind != CONFIG_SEQUENCE || node->count == 0)
        return config_fail(err, node, "a list of {weight, mean, std} is wanted here");
    struct gaussian *g = array_create(node->count, sizeof *g, err);
    bool good = g != NULL;
    for (size_t k = 0; good && k < node->count; k++)
        good = gaussian_read(setup->spec, node->child[k], component_table, &g[k], err);
    good = good && initial_gaussians(grid, node->count, g, p, outside, err);
    free(g);
    return good;
}

static bool uniform_start(const struct setup *setup, const struct config_node *node,
                          const struct grid *grid, double *p, double *outside,
                          struct error *err) {
    struct uniform_settings s = {0};
    bool good = settings_read(node, uniform_table, &s, &setup->spec->evaluator, err) &&
                counts_match(setup->spec, node, "min", &s.min, err) &&
                counts_match(setup->spec, node, "max", &s.max, err) &&
                initial_uniform(grid, s.min.value, s.max.value, p, outside, err);
    settings_finish(uniform_table, &s);
    return good;
}

bool setup_point_read(const struct setup *setup, const struct config_node *node,
                      double at[2], struct error *err) {
    const size_t count = node->kind == CONFIG_SEQUENCE ? node->count : 1;
    if (!setup_count_check(setup->spec, count, node, err)) return false;
    for (size_t d = 0; d < count; d++) {
        const struct config_node *number =
            node->kind == CONFIG_SEQUENCE ? node->child[d] : node;
        if (!setting_real(number, &setup->spec->evaluator, &at[d], err)) return false;
    }
    return true;
}

static bool point_start(const struct setup *setup, const struct config_node *node,
                        const struct grid *grid, double *p, double *outside,
                        struct error *err) {
    double at[2] = {0, 0};
    *outside = 0;
    return setup_point_read(setup, node, at, err) && initial_point(grid, at, p, err);
}

bool setup_point(struct setup *setup, struct error *err) {
    const struct config_node *node = setup->spec->initial.point;
    setup->at_point = node != NULL;
    return node == NULL || setup_point_read(setup, node, setup->point, err);
}

static bool evaluate_program(const void *self, size_t n, const double *const *x,
                             double *density, struct error *err) {
    return program_run(self, n, x, &density, err);
}

/* On the wide cells of a plan values are looked at, but what is narrow may be missed: another
 * density stands for it. */
static bool looked_at(const struct grid *grid, const struct density_function *f, double *p,
                      double *outside, struct error *err) {
    double lo[2], hi[2];
    for (int d = 0; d < grid->dims; d++) {
        const struct axis *axis = grid->axis[d];
        lo[d] = axis->face[0], hi[d] = axis->face[axis->cells];
    }
    return initial_density_means(grid, f, p, err) &&
           initial_uniform(grid, lo, hi, p, outside, err);
}

static bool density_start(const struct setup *setup, const struct config_node *node,
                          const struct grid *grid, double *p, double *outside,
                          struct error *err) {
    struct graph *graph = setup_graph(setup->spec, NULL, err);
    expr e = graph == NULL ? EXPR_NONE : setup_expression(node, graph, err);
    struct program *program = e == EXPR_NONE ? NULL : program_create(graph, &e, 1, err);
    const struct density_function f = {evaluate_program, program};
    *outside = 0;
    const bool good = program != NULL && (setup->thin ? looked_at(grid, &f, p, outside, err)
                                                      : initial_density(grid, &f, p, err));
    program_destroy(program);
    graph_destroy(graph);
    return good;
}

static bool file_start(const struct setup *setup, const struct config_node *node,
                       const struct grid *grid, double *p, double *outside,
                       struct error *err) {
    (void)node;
    return initial_file_start(setup->file, grid, p, outside, err);
}

bool setup_law(const struct setup *setup, const struct initial_settings *s,
               const struct config_node *section, const struct grid *grid, double *p,
               double *outside, struct error *err) {
    const double most = 0.9; /* outside: a mistake, not a density that is cut */
    const struct {
        const struct config_node *node;
        bool (*start)(const struct setup *, const struct config_node *, const struct grid *,
                      double *, double *, struct error *);
    } law[] = {{s->gaussian, gaussian_start},
               {s->mixture, mixture_start},
               {s->uniform, uniform_start},
               {s->point, point_start},
               {s->density, density_start},
               {s->file != NULL ? config_find(section, "file") : NULL, file_start}};
    const struct config_node *row = config_find(section, "row");
    if (row != NULL && s->file == NULL)
        return config_fail_key(err, row, "goes with file only");
    const size_t laws = sizeof law / sizeof *law;
    size_t chosen = laws;
    for (size_t k = 0; k < laws; k++) {
        if (law[k].node == NULL) continue;
        if (chosen < laws)
            return config_fail(err, law[k].node,
                               "contradicts '%s': there is one initial law",
                               law[chosen].node->key);
        chosen = k;
    }
    if (chosen == laws)
        return config_fail(err, section,
                           "give one of gaussian, mixture, uniform, point, density, file");
    if (law[chosen].start(setup, law[chosen].node, grid, p, outside, err))
        return *outside < most || config_fail(err, law[chosen].node,
                                              "%.3g of it lies outside the grid", *outside);
    if (err->place.known || err->kind != ERROR_SETTINGS) return false;
    return config_fail_within(err, law[chosen].node);
}

bool setup_initial(const struct setup *setup, const struct grid *grid, double *p,
                   double *outside, struct error *err) {
    const struct spec *spec = setup->spec;
    return setup_law(setup, &spec->initial, spec->initial_node, grid, p, outside, err);
}
