/* SPDX-License-Identifier: GPL-3.0-or-later
 * model.update: the state after a step, from the state, g, normal, normal2. */
#include "solver/settings/setup.h"
#include <string.h>

enum { RULE_LINES = 16 };

bool setup_update_check(const struct spec *spec, enum model_kind kind, struct error *err) {
    const struct model_settings *m = &spec->model;
    if (m->update == NULL) return true;
    const struct {
        const struct config_node *node;
        const char *why;
    } other[] = {{m->learning_rate,
                  "goes without 'update': write the rate into the rule, as a "
                  "number or as one of the parameters"},
                 {m->momentum > 0 ? config_find(spec->model_node, "momentum") : NULL,
                  "goes without 'update': write it into the rule, with a second variable"},
                 {spec_is_kinetic(spec) ? config_find(spec->model_node, "dynamics") : NULL,
                  "kinetic goes without 'update'"},
                 {m->equation, "goes without 'update'"},
                 {config_find(spec->time_node, "unit"),
                  "goes with a learning rate: with 'update' time is counted in steps"}};
    if (kind != MODEL_DATAPOINTS && kind != MODEL_TABLE)
        return config_fail(err, m->update,
                           "a rule needs examples to draw g from: datapoints, or "
                           "example_loss with data");
    for (size_t k = 0; k < sizeof other / sizeof *other; k++)
        if (other[k].node != NULL)
            return config_fail(err, other[k].node, "%s", other[k].why);
    return true;
}

/* Inputs of the rule beside the variables. */
static bool declare_inputs(const struct spec *spec, struct model_source *s,
                           struct error *err) {
    static const char *const names[2][4] = {{"g", "normal", "normal2"},
                                            {"g", "g2", "normal", "normal2"}};
    s->rule_input = graph_variables(s->graph);
    for (int k = 0; k < s->dims + 2; k++)
        if (!graph_variable(s->graph, names[s->dims - 1][k], err))
            return fail_within(err, "what an update rule may use"),
                   config_fail_within(err, spec->model.update);
    return true;
}

/* The lines read so far: what each name that was given a value stands for from then on. */
struct lines {
    size_t count, name[RULE_LINES];
    expr value[RULE_LINES];
};

/* The graph's variable that a line sets: one of the state's, or a new one, known to the
 * lines below only. */
static bool name_of(const struct model_source *s, const struct config_node *line,
                    size_t *name, struct error *err) {
    for (*name = 0; *name < (size_t)s->dims; (*name)++)
        if (strcmp(s->variable[*name], line->key) == 0) return true;
    *name = graph_variables(s->graph);
    return graph_variable(s->graph, line->key, err) || config_fail_within(err, line);
}

static bool line_read(struct model_source *s, const struct config_node *line,
                      struct lines *lines, struct error *err) {
    expr value = setup_expression(line, s->graph, err);
    if (value == EXPR_NONE) return false;
    value = expr_replace(s->graph, value, lines->count, lines->name, lines->value);
    if (value == EXPR_NONE) return graph_check(s->graph, err);
    if (!name_of(s, line, &lines->name[lines->count], err)) return false;
    lines->value[lines->count++] = value;
    return true;
}

bool setup_update(const struct spec *spec, struct model_source *s, struct error *err) {
    const struct config_node *node = spec->model.update;
    struct lines lines = {0};
    if (node == NULL) return true;
    if (node->kind != CONFIG_MAPPING || node->count > RULE_LINES)
        return config_fail(
            err, node,
            "a line for each variable is wanted here, 'name: its value after "
            "the step' (at most %d lines)",
            RULE_LINES);
    if (s->alpha != 0)
        return config_fail(err, spec->model.interpretation,
                           "goes without 'update': a rule's equation is Ito's");
    if (!declare_inputs(spec, s, err)) return false;
    for (size_t k = 0; k < node->count; k++)
        if (!line_read(s, node->child[k], &lines, err)) return false;
    for (size_t d = 0; d < (size_t)s->dims; d++) {
        size_t k = 0;
        while (k < lines.count && lines.name[k] != d)
            k++;
        if (k == lines.count)
            return config_fail(err, node, "no line for '%s'", s->variable[d]);
        s->update[d] = lines.value[k];
    }
    return s->has_rule = true;
}
