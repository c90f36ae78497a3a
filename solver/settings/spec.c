/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/spec.h"
#include "io/text.h"
#include "solver/settings/setup_tables.h"
#include "solver/settings/spec_keys.h"
#include "solver/settings/spec_nested.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t spec_dims(const struct spec *spec) {
    return spec->model.variables.count;
}

static bool evaluate_in_scope(void *scope, const char *text, double *value,
                              struct error *err) {
    return expr_evaluate_text(scope, text, value, err);
}

static bool parameter_read(struct spec *s, const struct config_node *node,
                           struct error *err) {
    double value;
    if (!setting_real(node, &s->evaluator, &value, err)) return false;
    return graph_constant(s->scope, node->key, value, err) || config_fail_within(err, node);
}

static bool parameters_read(struct spec *s, struct error_list *list, struct error *err) {
    const struct config_node *node = config_find(s->model_node, "parameters");
    bool good = true;
    if (node == NULL) return true;
    if (node->kind != CONFIG_MAPPING)
        return config_fail(err, node, "a list of 'name: value' is wanted here");
    for (size_t k = 0; k < node->count; k++) {
        if (parameter_read(s, node->child[k], err)) continue;
        good = false;
        if (!error_note(list, err)) return false;
    }
    return good;
}

/* read: nothing was wrong so far. */
static bool variables_check(const struct spec *s, bool read, struct error *err) {
    const struct texts *v = &s->model.variables;
    const struct config_node *node = config_find(s->model_node, "variables");
    if (v->count == 0 && !read) return true;
    if (v->count < 1 || v->count > 2)
        return config_fail(err, node, "%zu variables; one or two are possible", v->count);
    if (v->count == 2 && strcmp(v->value[0], v->value[1]) == 0)
        return config_fail(err, node, "the two variables have the same name '%s'",
                           v->value[0]);
    return true;
}

/* grid: one mapping under the name of each variable. */
static bool grid_read(struct spec *s, struct error_list *list, struct error *err) {
    const struct config_node *axis[2];
    bool good = true;
    struct setting table[3] = {{0}};
    for (size_t d = 0; d < spec_dims(s); d++)
        table[d] = (struct setting){
            s->model.variables.value[d], SETTING_NODE, d * sizeof *axis, NULL,
            .sentence = "the variable's axis, e.g. {min: -1, max: 1, cells: 256}."};
    if (!settings_read_all(s->grid_node, table, axis, NULL, list, err)) good = false;
    for (size_t d = 0; (good || list != NULL) && d < spec_dims(s); d++)
        if ((good || axis[d] != NULL) &&
            !settings_read_all(axis[d], axis_table, &s->axis[d], &s->evaluator, list, err))
            good = false;
    return good;
}

bool spec_has_stable_noise(const struct spec *s) {
    return config_find(s->model.noise, "stable") != NULL;
}

bool spec_is_kinetic(const struct spec *s) {
    return s->model.dynamics == DYNAMICS_KINETIC;
}

bool spec_is_langevin(const struct spec *s) {
    return spec_is_kinetic(s) && !isnan(s->model.temperature);
}

/* accuracy: estimate is short for {estimate: true}. */
static bool accuracy_read(struct spec *s, struct error_list *list, struct error *err) {
    const struct config_node *node = s->accuracy_node;
    static const char *const words[] = {"none", "estimate"};
    const bool word = node != NULL && node->kind == CONFIG_SCALAR;
    if (!settings_read_all(word ? NULL : node, accuracy_table, &s->accuracy, &s->evaluator,
                           list, err))
        return false;
    if (!word) return true;
    s->accuracy.estimate = strcmp(node->text, words[1]) == 0;
    if (s->accuracy.estimate || strcmp(node->text, words[0]) == 0) return true;
    const char *near = nearest_word(node->text, words, 2);
    return config_fail(
        err, node, "'%s'%s%s%s; allowed: none, estimate, {space: .., estimate: ..}",
        node->text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

struct section_reading {
    const struct config_node *node;
    const struct setting *table;
    void *out;
};

/* The sections that need nothing but the parameters. Without a list the first error ends it. */
static bool plain_sections_read(struct spec *s, struct error_list *list,
                                struct error *err) {
    const struct section_reading sections[] = {
        {s->initial_node, initial_table, &s->initial},
        {s->time_node, time_table, &s->time},
        {s->monte_carlo_node, monte_carlo_table, &s->monte_carlo},
        {s->law_node, law_table, &s->law},
        {s->analysis_node, analysis_table, &s->analysis},
        {s->output_node, output_table, &s->output},
    };
    bool good = true;
    for (size_t k = 0; k < sizeof sections / sizeof *sections; k++) {
        const struct section_reading *r = &sections[k];
        if (settings_read_all(r->node, r->table, r->out, &s->evaluator, list, err))
            continue;
        if (list == NULL) return false;
        good = false;
    }
    return good;
}

/* What one of them finds is noted where there is a list, and the next one is asked. */
static bool step_done(bool good, bool *all, struct error_list *list,
                      const struct error *err) {
    if (good) return true;
    *all = false;
    return error_note(list, err);
}

static bool sections_read(struct spec *s, struct error_list *list, struct error *err) {
    const struct config_node *root = config_root(s->config);
    const struct evaluator *e = &s->evaluator;
    bool all = true, model = true;
    return step_done(keys_check(root, list, err), &all, list, err) &&
           step_done(settings_read_all(root, root_table, s, NULL, list, err), &all, list,
                     err) &&
           step_done(parameters_read(s, list, err), &all, list, err) &&
           step_done(settings_read_all(s->model_node, model_table, &s->model, e, list, err),
                     &all, list, err) &&
           step_done((model = variables_check(s, all, err)), &all, list, err) &&
           step_done(!model || spec_dims(s) == 0 || grid_read(s, list, err), &all, list,
                     err) &&
           step_done(accuracy_read(s, list, err), &all, list, err) &&
           step_done(plain_sections_read(s, list, err), &all, list, err) &&
           step_done(list == NULL || nested_check(s, list, err), &all, list, err) && all;
}

/* "monte_carlo: {walkers: 0}" and nothing else, as the command line may add it, is no section:
 * snapshots, cells and all else are as without one. */
static void empty_section_dropped(struct spec *s) {
    const struct config_node *node = s->monte_carlo_node;
    if (node != NULL && node->count == 1 && s->monte_carlo.walkers == 0)
        s->monte_carlo_node = NULL;
}

/* Takes config, which is NULL where it could not be read. */
static struct spec *spec_create(struct config *config, size_t assignments,
                                const char *const *assignment, struct error_list *list,
                                struct error *err) {
    struct spec *s = config != NULL ? array_create(1, sizeof *s, err) : NULL;
    if (s == NULL) return config_destroy(config), NULL;
    bool good = true;
    s->config = config;
    for (size_t k = 0; good && k < assignments; k++)
        good = config_set(s->config, assignment[k], err);
    good = good && (s->scope = graph_create(err)) != NULL &&
           (s->kept = kept_create(err)) != NULL;
    s->evaluator = (struct evaluator){evaluate_in_scope, s->scope};
    if (good && sections_read(s, list, err)) return empty_section_dropped(s), s;
    return spec_destroy(s), NULL;
}

struct spec *spec_read(const char *file, const char *text, size_t assignments,
                       const char *const *assignment, struct error_list *list,
                       struct error *err) {
    struct config *config =
        text != NULL ? config_parse(file, text, strlen(text), err) : config_load(file, err);
    if (config == NULL && err->kind == ERROR_FILE)
        err->kind = ERROR_SETTINGS; /* no settings: nothing was begun */
    list->count = 0;
    struct spec *s = spec_create(config, assignments, assignment, list, err);
    if (s != NULL) return s;
    error_list_sort(list);
    if (list->count > 0 && !error_is_fatal(err))
        *err = list->item[0];
    else
        list->item[0] = *err, list->count = 1;
    return NULL;
}

struct spec *spec_load(const char *file, size_t assignments, const char *const *assignment,
                       struct error *err) {
    struct config *config = config_load(file, err);
    if (config == NULL && err->kind == ERROR_FILE)
        err->kind = ERROR_SETTINGS; /* no settings: nothing was begun */
    return spec_create(config, assignments, assignment, NULL, err);
}

struct spec *spec_parse(const char *name, const char *text, size_t assignments,
                        const char *const *assignment, struct error *err) {
    return spec_create(config_parse(name, text, strlen(text), err), assignments, assignment,
                       NULL, err);
}

bool spec_add_array(struct spec *s, const char *name, size_t rank, const size_t *shape,
                    const double *value, struct error *err) {
    if (s->arrays == NULL && (s->arrays = arrays_create(err)) == NULL) return false;
    return arrays_add(s->arrays, name, rank, shape, value, err);
}

char *spec_text(const struct config *config, size_t assignments,
                const char *const *assignment, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    fputs(config_text(config), text.out);
    for (size_t k = 0; k < assignments; k++)
        fprintf(text.out, "# --set %s\n", assignment[k]);
    return text_end(&text, true, err);
}

char *spec_name(const char *file, const char *suffix, struct error *err) {
    const char *slash = strrchr(file, '/'), *base = slash != NULL ? slash + 1 : file;
    const char *dot = strrchr(base, '.');
    const size_t length = dot != NULL && dot != base ? (size_t)(dot - base) : strlen(base);
    char *name = array_create(length + strlen(suffix) + 1, 1, err);
    if (name != NULL) sprintf(name, "%.*s%s", (int)length, base, suffix);
    return name;
}

void spec_destroy(struct spec *s) {
    if (s == NULL) return;
    settings_finish(root_table, s);
    settings_finish(model_table, &s->model);
    for (int d = 0; d < 2; d++)
        settings_finish(axis_table, &s->axis[d]);
    settings_finish(initial_table, &s->initial);
    settings_finish(time_table, &s->time);
    settings_finish(analysis_table, &s->analysis);
    settings_finish(accuracy_table, &s->accuracy);
    settings_finish(monte_carlo_table, &s->monte_carlo);
    settings_finish(law_table, &s->law);
    settings_finish(output_table, &s->output);
    kept_destroy(s->kept);
    arrays_destroy(s->arrays);
    graph_destroy(s->scope);
    config_destroy(s->config);
    free(s);
}
