/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/setup_tables.h"
#include "io/table.h"
#include "solver/expr/spline.h"
#include "solver/settings/setup.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the two columns */

enum { SEEN = 300 };

/* Looks for two headers; lists those that go by, as many as there is room for. */
struct choosing {
    const char *wanted[2];
    char seen[SEEN];
    size_t length;
};

static const char *choose_column(void *context, const char *header) {
    struct choosing *c = context;
    const char *comma = c->length > 0 ? ", " : "";
    const int written =
        snprintf(c->seen + c->length, SEEN - c->length, "%s%s", comma, header);
    if (c->length + (size_t)written < SEEN)
        c->length += (size_t)written;
    else
        c->seen[c->length] = '\0';
    for (int k = 0; k < 2; k++)
        if (strcmp(header, c->wanted[k]) == 0) return c->wanted[k];
    return NULL;
}

static const double *find_column(const struct table *t, const char *name) {
    for (size_t c = 0; c < t->columns; c++)
        if (strcmp(t->name[c], name) == 0) return t->column[c];
    return NULL;
}

static struct table *columns_read(const char *path, const char *at, const char *value,
                                  struct error *err) {
    const char *const wanted[2] = {at, value};
    struct choosing c = {.wanted = {at, value}};
    const struct table_choice choice = {choose_column, &c};
    if (table_is_hdf5(path)) return table_read_datasets(path, 2, wanted, err);
    struct table *t = table_read(path, &choice, err);
    for (int k = 0; t != NULL && k < 2; k++)
        if (find_column(t, wanted[k]) == NULL) {
            fail(err, ERROR_SETTINGS, "%s: no column '%.80s'; its columns are called %s",
                 path, wanted[k], c.seen);
            table_destroy(t), t = NULL;
        }
    return t;
}

/* ---------------------------------------------------------------- one table */

static struct spline *spline_of_file(const char *path, const struct table_settings *s,
                                     struct error *err) {
    const struct spline_options options = {s->positive, s->periodic,
                                           (enum spline_outside)s->outside};
    struct table *t = columns_read(path, s->at, s->value, err);
    if (t == NULL) return NULL;
    struct spline *spline = spline_create(t->rows, find_column(t, s->at),
                                          find_column(t, s->value), options, err);
    if (spline == NULL) fail_within(err, "%s: '%.80s' of '%.80s'", path, s->value, s->at);
    table_destroy(t);
    return spline;
}

static bool table_declare(const struct config_node *node, const struct table_settings *s,
                          struct graph *graph, struct error *err) {
    if (strcmp(s->at, s->value) == 0)
        return config_fail(err, node, "'at' and 'value' are the same column '%.80s'",
                           s->at);
    if (s->periodic && config_find(node, "outside") != NULL)
        return config_fail(err, config_find(node, "outside"),
                           "contradicts 'periodic': nothing is outside");
    char *path = setup_beside(node->source, s->file, err);
    struct spline *spline = path == NULL ? NULL : spline_of_file(path, s, err);
    free(path);
    const bool good = spline != NULL && graph_table(graph, node->key, spline, err);
    spline_destroy(spline);
    return good || config_fail_within(err, node);
}

bool setup_tables(const struct spec *spec, struct graph *graph, struct error *err) {
    const struct config_node *list = spec->model.tables;
    if (list != NULL && list->kind != CONFIG_MAPPING)
        return config_fail(err, list,
                           "a mapping is wanted here: \"L(u)\": {file, at, value}");
    for (size_t k = 0; list != NULL && k < list->count; k++) {
        struct table_settings s = {0};
        const struct config_node *node = list->child[k];
        const bool good = settings_read(node, table_table, &s, &spec->evaluator, err) &&
                          table_declare(node, &s, graph, err);
        settings_finish(table_table, &s);
        if (!good) return false;
    }
    return true;
}
