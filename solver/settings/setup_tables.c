/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/setup_tables.h"
#include "solver/settings/points.h"
#include "solver/settings/setup.h"
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- what is kept */

struct kept_tables {
    size_t count;
    struct lookup **table; /* [count], as in the settings */
    struct lookup *examples;
};

struct kept_tables *kept_create(struct error *err) {
    struct kept_tables *kept = array_create(1, sizeof *kept, err);
    return kept;
}

void kept_destroy(struct kept_tables *kept) {
    if (kept == NULL) return;
    for (size_t k = 0; k < kept->count; k++)
        lookup_destroy(kept->table[k]);
    free(kept->table);
    lookup_destroy(kept->examples);
    free(kept);
}

/* ---------------------------------------------------------------- reading */

/* What a table and examples have in common. */
struct request {
    const struct config_node *node;
    const char *file;
    const struct texts *at, *values;
    bool many;
    enum points_each each;
    struct lookup_options options;
};

static bool truth(const struct config_node *node, bool *value) {
    if (node->kind != CONFIG_SCALAR) return false;
    *value = strcmp(node->text, "true") == 0;
    return *value || strcmp(node->text, "false") == 0;
}

/* true, false, or in two variables a list of two. */
static bool periodic_read(const struct config_node *node, size_t dims, bool periodic[2],
                          struct error *err) {
    const bool list = node != NULL && node->kind == CONFIG_SEQUENCE;
    periodic[0] = periodic[1] = false;
    if (node == NULL) return true;
    if (!list && truth(node, &periodic[0])) return periodic[1] = periodic[0], true;
    if (list && dims == 2 && node->count == 2 && truth(node->child[0], &periodic[0]) &&
        truth(node->child[1], &periodic[1]))
        return true;
    char found[CONFIG_FOUND];
    return config_fail(err, node, "expected true or false%s, found %s",
                       dims == 2 ? ", or a list of two of them" : "",
                       config_found(node, found));
}

static bool options_read(struct request *r, const struct config_node *periodic,
                         struct error *err) {
    bool *p = r->options.periodic;
    const struct config_node *outside = config_find(r->node, "outside");
    if (!periodic_read(periodic, r->at->count, p, err)) return false;
    if (outside != NULL && p[0] && p[r->at->count - 1])
        return config_fail(err, outside, "contradicts 'periodic': nothing is outside");
    return true;
}

static bool names_check(const struct request *r, struct error *err) {
    const struct config_node *at = config_find(r->node, "at");
    if (r->at->count < 1 || r->at->count > 2)
        return config_fail(err, at, "%zu names; one, or two in two variables, are wanted",
                           r->at->count);
    if (r->values->count == 0)
        return config_fail(err, config_find(r->node, "values"),
                           "no names; at least one is wanted");
    for (size_t k = 0; k < r->at->count; k++)
        for (size_t v = 0; v < r->values->count; v++)
            if (strcmp(r->at->value[k], r->values->value[v]) == 0)
                return config_fail(err, r->node,
                                   "'at' and '%s' are the same column '%.80s'",
                                   r->many ? "values" : "value", r->at->value[k]);
    if (r->at->count == 2 && strcmp(r->at->value[0], r->at->value[1]) == 0)
        return config_fail(err, at, "'%.80s' stands twice", r->at->value[0]);
    return true;
}

/* "'train_loss' of 'x', 'y'", for what a spline refuses. */
static bool fail_points(const struct request *r, const struct points_source *source,
                        struct error *err) {
    const bool plane = r->at->count == 2;
    return fail_within(err, "%s: '%.80s' of '%.80s'%s%.80s%s",
                       source->path != NULL ? source->path : "arrays in memory",
                       r->values->value[0], r->at->value[0], plane ? ", '" : "",
                       plane ? r->at->value[1] : "", plane ? "'" : "");
}

static struct lookup *read_points(const struct spec *spec, const struct request *r,
                                  struct error *err) {
    struct points points = {0};
    struct lookup *lookup = NULL;
    char *path = r->file != NULL ? setup_beside(r->node->source, r->file, err) : NULL;
    const struct points_source source = {path, spec->arrays};
    if (r->file != NULL && path == NULL) return NULL;
    if (points_read(&points, &source, r->at, r->values, r->many, r->each, err)) {
        if (!r->many) points.numbers.members = 0;
        lookup = lookup_create(&points.numbers, r->options, err);
        if (lookup == NULL) fail_points(r, &source, err);
    }
    points_finish(&points);
    free(path);
    if (lookup == NULL) config_fail_within(err, r->node);
    return lookup;
}

/* ---------------------------------------------------------------- tables */

static struct lookup *table_read_points(const struct spec *spec,
                                        const struct config_node *node, struct error *err) {
    struct table_settings s = {0};
    struct lookup *lookup = NULL;
    if (settings_read(node, table_table, &s, &spec->evaluator, err)) {
        const struct texts value = {1, &s.value};
        struct request r = {
            .node = node,
            .file = s.file,
            .at = &s.at,
            .values = &value,
            .options = {.positive = s.positive, .outside = (enum knots_outside)s.outside}};
        if (names_check(&r, err) && options_read(&r, s.periodic, err))
            lookup = read_points(spec, &r, err);
    }
    settings_finish(table_table, &s);
    return lookup;
}

bool setup_tables(const struct spec *spec, struct graph *graph, struct error *err) {
    const struct config_node *list = spec->model.tables;
    struct kept_tables *kept = spec->kept;
    if (list == NULL) return true;
    if (list->kind != CONFIG_MAPPING)
        return config_fail(err, list,
                           "a mapping is wanted here: \"L(u)\": {file, at, value}");
    if (kept->table == NULL &&
        (kept->table = array_create(list->count, sizeof(struct lookup *), err)) == NULL)
        return false;
    for (; kept->count < list->count; kept->count++)
        if ((kept->table[kept->count] =
                 table_read_points(spec, list->child[kept->count], err)) == NULL)
            return false;
    for (size_t k = 0; k < list->count; k++)
        if (!graph_table(graph, list->child[k]->key, kept->table[k], err))
            return config_fail_within(err, list->child[k]);
    return true;
}

/* ---------------------------------------------------------------- examples */

static struct lookup *examples_read(const struct spec *spec, size_t dims,
                                    struct error *err) {
    static const enum points_each each[] = {EACH_COLUMN, EACH_ROW};
    const struct config_node *node = spec->model.examples;
    struct examples_settings s = {0};
    struct lookup *lookup = NULL;
    if (settings_read(node, examples_table, &s, &spec->evaluator, err)) {
        struct request r = {.node = node,
                            .file = s.file,
                            .at = &s.at,
                            .values = &s.values,
                            .many = true,
                            .each = s.example < 0 ? EACH_UNKNOWN : each[s.example],
                            .options = {.outside = (enum knots_outside)s.outside}};
        if (s.at.count != dims)
            config_fail(err, config_find(node, "at"), "%zu name%s for %zu variable%s",
                        s.at.count, s.at.count == 1 ? "" : "s", dims, dims == 1 ? "" : "s");
        else if (names_check(&r, err) && options_read(&r, s.periodic, err))
            lookup = read_points(spec, &r, err);
    }
    settings_finish(examples_table, &s);
    return lookup;
}

struct lookup *setup_examples(const struct spec *spec, size_t dims, struct error *err) {
    if (spec->kept->examples == NULL) spec->kept->examples = examples_read(spec, dims, err);
    return spec->kept->examples;
}
