/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/setup_data.h"
#include "solver/settings/generate.h"
#include "solver/settings/setup.h"
#include "solver/settings/spec_uses.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *setup_beside(const char *settings, const char *file, struct error *err) {
    const char *slash = strrchr(settings, '/');
    const size_t folder =
        file[0] == '/' || slash == NULL ? 0 : (size_t)(slash - settings) + 1;
    char *path = array_create(folder + strlen(file) + 1, 1, err);
    if (path == NULL) return NULL;
    memcpy(path, settings, folder);
    strcpy(path + folder, file);
    return path;
}

/* ---------------------------------------------------------------- a file's columns */

/* What an example's loss mentions, and every column that there is, for messages. */
struct choosing {
    const struct uses *uses;
    char name[EXPR_NAME];
    char *columns;
    size_t length;
};

static const char *choose_column(void *context, const char *header) {
    struct choosing *c = context;
    const char *name = expr_make_name(header, c->name);
    const size_t room = DATA_COLUMNS - c->length;
    const int written =
        snprintf(c->columns + c->length, room, "%s%s", c->length > 0 ? ", " : "", name);
    if ((size_t)written < room)
        c->length += (size_t)written;
    else
        c->columns[c->length] = '\0';
    return uses_name(c->uses, name, strlen(name)) ? name : NULL;
}

/* Of a loss in which no column stands: what is wrong with it, or just that. */
static bool fail_without_column(const struct spec *spec, const char *path,
                                const char *columns, struct error *err) {
    struct graph *graph = setup_graph(spec, NULL, err);
    const bool read = graph != NULL &&
                      setup_expression(spec->model.example_loss, graph, err) != EXPR_NONE;
    graph_destroy(graph);
    if (!read) return setup_data_hint(columns, err), false;
    return fail(err, ERROR_SETTINGS,
                "%s: no column of it stands in example_loss; its columns are called %s",
                path, columns);
}

static struct table *table_of_file(const struct spec *spec, const char *path,
                                   char columns[DATA_COLUMNS], struct error *err) {
    struct choosing c = {.columns = columns};
    const struct table_choice choice = {choose_column, &c};
    struct uses *uses =
        uses_create(config_root(spec->config), spec->model.example_loss, err);
    c.uses = uses;
    struct table *table = uses != NULL ? table_read(path, &choice, err) : NULL;
    uses_destroy(uses);
    if (table == NULL || table->columns > 0) return table;
    fail_without_column(spec, path, columns, err);
    return table_destroy(table), NULL;
}

static struct table *data_from_file(const struct spec *spec, const char *file,
                                    char columns[DATA_COLUMNS], struct error *err) {
    const struct config_node *node = spec->model.data;
    char *path = setup_beside(node->source, file, err);
    struct table *table = path == NULL ? NULL : table_of_file(spec, path, columns, err);
    if (table == NULL && !err->place.known) config_fail_within(err, node);
    free(path);
    return table;
}

void setup_data_hint(const char *columns, struct error *err) {
    const size_t length = strlen(err->message);
    if (columns[0] != '\0' && err->subject == OF_NAME)
        snprintf(err->message + length, sizeof err->message - length,
                 "; the columns are called %s", columns);
}

/* ---------------------------------------------------------------- generated */

static struct table *data_generated(const struct spec *spec,
                                    const struct data_settings *data, struct error *err) {
    const struct config_node *node = data->normal;
    if (node->kind != CONFIG_MAPPING || node->count == 0 || node->count > 64)
        return config_fail(
                   err, node,
                   "1 to 64 columns are wanted here, name: [mean, standard deviation]"),
               NULL;
    const char *name[64];
    double mean[64], std[64];
    for (size_t c = 0; c < node->count; c++) {
        const struct config_node *child = node->child[c];
        if (child->kind != CONFIG_SEQUENCE || child->count != 2)
            return config_fail(err, child, "[mean, standard deviation] is wanted here"),
                   NULL;
        name[c] = child->key;
        if (!setting_real(child->child[0], &spec->evaluator, &mean[c], err) ||
            !setting_real(child->child[1], &spec->evaluator, &std[c], err))
            return NULL;
    }
    return table_normal((size_t)data->rows, node->count, name, mean, std,
                        (uint64_t)data->seed, err);
}

struct table *setup_data(const struct spec *spec, char columns[DATA_COLUMNS],
                         struct error *err) {
    struct data_settings data = {0};
    struct table *table = NULL;
    const struct config_node *node = spec->model.data;
    if (!settings_read(node, data_table, &data, &spec->evaluator, err)) goto done;
    if ((data.file == NULL) == (data.normal == NULL))
        config_fail(err, node, "exactly one of file and normal is wanted here");
    else
        table = data.file != NULL ? data_from_file(spec, data.file, columns, err)
                                  : data_generated(spec, &data, err);
done:
    settings_finish(data_table, &data);
    return table;
}
