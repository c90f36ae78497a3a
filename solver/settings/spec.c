/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/spec.h"
#include "io/text.h"
#include "solver/settings/setup_tables.h"
#include "solver/settings/spec_keys.h"
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

static bool parameters_read(struct spec *s, struct error *err) {
    const struct config_node *node = config_find(s->model_node, "parameters");
    if (node == NULL) return true;
    if (node->kind != CONFIG_MAPPING)
        return config_fail(err, node, "a list of 'name: value' is wanted here");
    for (size_t k = 0; k < node->count; k++) {
        const struct config_node *child = node->child[k];
        double value;
        if (!setting_real(child, &s->evaluator, &value, err)) return false;
        if (!graph_constant(s->scope, child->key, value, err))
            return config_fail_within(err, child);
    }
    return true;
}

static bool variables_check(const struct spec *s, struct error *err) {
    const struct texts *v = &s->model.variables;
    const struct config_node *node = config_find(s->model_node, "variables");
    if (v->count < 1 || v->count > 2)
        return config_fail(err, node, "%zu variables; one or two are possible", v->count);
    if (v->count == 2 && strcmp(v->value[0], v->value[1]) == 0)
        return config_fail(err, node, "the two variables have the same name '%s'",
                           v->value[0]);
    return true;
}

/* grid: one mapping under the name of each variable. */
static bool grid_read(struct spec *s, struct error *err) {
    const struct config_node *axis[2];
    struct setting table[3] = {{0}};
    for (size_t d = 0; d < spec_dims(s); d++)
        table[d] = (struct setting){
            s->model.variables.value[d], SETTING_NODE, d * sizeof *axis, NULL,
            .sentence = "the variable's axis, e.g. {min: -1, max: 1, cells: 256}."};
    if (!settings_read(s->grid_node, table, axis, NULL, err)) return false;
    for (size_t d = 0; d < spec_dims(s); d++)
        if (!settings_read(axis[d], axis_table, &s->axis[d], &s->evaluator, err))
            return false;
    return true;
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
static bool accuracy_read(struct spec *s, struct error *err) {
    const struct config_node *node = s->accuracy_node;
    static const char *const words[] = {"none", "estimate"};
    const bool word = node != NULL && node->kind == CONFIG_SCALAR;
    if (!settings_read(word ? NULL : node, accuracy_table, &s->accuracy, &s->evaluator,
                       err))
        return false;
    if (!word) return true;
    s->accuracy.estimate = strcmp(node->text, words[1]) == 0;
    if (s->accuracy.estimate || strcmp(node->text, words[0]) == 0) return true;
    const char *near = nearest_word(node->text, words, 2);
    return config_fail(
        err, node, "'%s'%s%s%s; allowed: none, estimate, {space: .., estimate: ..}",
        node->text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool sections_read(struct spec *s, struct error *err) {
    const struct evaluator *e = &s->evaluator;
    return keys_check(config_root(s->config), err) &&
           settings_read(config_root(s->config), root_table, s, NULL, err) &&
           parameters_read(s, err) &&
           settings_read(s->model_node, model_table, &s->model, e, err) &&
           variables_check(s, err) && grid_read(s, err) &&
           settings_read(s->initial_node, initial_table, &s->initial, e, err) &&
           settings_read(s->time_node, time_table, &s->time, e, err) &&
           accuracy_read(s, err) &&
           settings_read(s->monte_carlo_node, monte_carlo_table, &s->monte_carlo, e, err) &&
           settings_read(s->law_node, law_table, &s->law, e, err) &&
           settings_read(s->analysis_node, analysis_table, &s->analysis, e, err) &&
           settings_read(s->output_node, output_table, &s->output, e, err);
}

/* Takes config, which is NULL where it could not be read. */
static struct spec *spec_create(struct config *config, size_t assignments,
                                const char *const *assignment, struct error *err) {
    struct spec *s = config != NULL ? array_create(1, sizeof *s, err) : NULL;
    if (s == NULL) return config_destroy(config), NULL;
    bool good = true;
    s->config = config;
    for (size_t k = 0; good && k < assignments; k++)
        good = config_set(s->config, assignment[k], err);
    good = good && (s->scope = graph_create(err)) != NULL &&
           (s->kept = kept_create(err)) != NULL;
    s->evaluator = (struct evaluator){evaluate_in_scope, s->scope};
    if (good && sections_read(s, err)) return s;
    return spec_destroy(s), NULL;
}

struct spec *spec_load(const char *file, size_t assignments, const char *const *assignment,
                       struct error *err) {
    struct config *config = config_load(file, err);
    if (config == NULL && err->kind == ERROR_FILE)
        err->kind = ERROR_SETTINGS; /* no settings: nothing was begun */
    return spec_create(config, assignments, assignment, err);
}

struct spec *spec_parse(const char *name, const char *text, size_t assignments,
                        const char *const *assignment, struct error *err) {
    return spec_create(config_parse(name, text, strlen(text), err), assignments, assignment,
                       err);
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
