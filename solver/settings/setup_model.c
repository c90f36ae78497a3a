/* SPDX-License-Identifier: GPL-3.0-or-later
 * The section `model`: which of the four kinds it is, its expressions, its rates. */
#include "solver/expr/lookup.h"
#include "solver/expr/vecmath.h"
#include "solver/settings/setup.h"
#include "solver/settings/setup_data.h"
#include "solver/settings/setup_tables.h"
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- names and expressions */

expr setup_expression(const struct config_node *node, struct graph *graph,
                      struct error *err) {
    if (node->kind != CONFIG_SCALAR)
        return config_fail(err, node,
                           "one expression is wanted here, not a list or mapping"),
               EXPR_NONE;
    expr e = expr_parse(graph, node->text, err);
    if (e == EXPR_NONE) config_fail_expression(err, node);
    return e;
}

static bool declare_parameters(const struct spec *spec, struct graph *graph,
                               struct error *err) {
    const struct config_node *node = spec->model.parameters;
    for (size_t k = 0; node != NULL && k < node->count; k++) {
        double value;
        if (!setting_real(node->child[k], &spec->evaluator, &value, err)) return false;
        if (!graph_constant(graph, node->child[k]->key, value, err))
            return config_fail_within(err, node->child[k]);
    }
    return true;
}

static bool declare_functions(const struct spec *spec, struct graph *graph,
                              struct error *err) {
    const struct config_node *node = spec->model.functions;
    if (node != NULL && node->kind != CONFIG_MAPPING)
        return config_fail(err, node, "a mapping is wanted here: \"f(u)\": expression");
    for (size_t k = 0; node != NULL && k < node->count; k++) {
        const struct config_node *child = node->child[k];
        if (child->kind != CONFIG_SCALAR)
            return config_fail(err, child, "one expression is wanted here");
        if (!graph_function(graph, child->key, child->text, err))
            return config_fail_expression(err, child);
    }
    return true;
}

/* The time is known as t unless the settings call something else so. */
static bool declare_time(const struct spec *spec, struct graph *graph, struct error *err) {
    const struct config_node *functions = spec->model.functions;
    bool taken = graph_has_name(graph, "t") || spec->model.update != NULL;
    for (size_t k = 0; functions != NULL && k < functions->count; k++) {
        const char *name = functions->child[k]->key;
        taken |= name != NULL && name[0] == 't' && strchr("( \t", name[1]) != NULL;
    }
    return taken || graph_time(graph, err);
}

/* With the first dims variables, and the time where that has a meaning. */
static struct graph *graph_of(const struct spec *spec, size_t dims, bool time,
                              const struct table *columns, struct error *err) {
    struct graph *graph = graph_create(err);
    if (graph == NULL) return NULL;
    bool good = true;
    for (size_t d = 0; good && d < dims; d++)
        good = graph_variable(graph, spec->model.variables.value[d], err) ||
               config_fail_within(err, config_find(spec->model_node, "variables"));
    for (size_t c = 0; good && columns != NULL && c < columns->columns; c++)
        good = graph_variable(graph, columns->name[c], err) ||
               (fail_within(err, "column '%s'", columns->name[c]),
                config_fail_within(err, spec->model.data));
    if (good && declare_parameters(spec, graph, err) && setup_tables(spec, graph, err) &&
        (!time || declare_time(spec, graph, err)) && declare_functions(spec, graph, err))
        return graph;
    return graph_destroy(graph), NULL;
}

struct graph *setup_graph(const struct spec *spec, const struct table *columns,
                          struct error *err) {
    return graph_of(spec, spec_dims(spec), false, columns, err);
}

/* ---------------------------------------------------------------- the four kinds */

static bool kind_find(const struct spec *spec, enum model_kind *kind, struct error *err) {
    const struct model_settings *m = &spec->model;
    const bool langevin = spec_is_langevin(spec), loss = !langevin && m->drift == NULL;
    const struct {
        const struct config_node *node;
        enum model_kind kind;
    } stated[] = {{m->datapoints, MODEL_DATAPOINTS},
                  {m->example_loss, MODEL_TABLE},
                  {m->examples, MODEL_TABLE},
                  {loss ? m->loss : NULL, MODEL_LOSS},
                  {langevin ? m->loss : m->drift, MODEL_DRIFT}};
    const struct config_node *last = NULL;
    for (size_t k = 0; k < sizeof stated / sizeof *stated; k++) {
        if (stated[k].node == NULL) continue;
        if (last != NULL)
            return config_fail(err, stated[k].node,
                               "contradicts '%s': a model has exactly one of datapoints, "
                               "example_loss (with data), examples, loss (with noise), "
                               "drift (with diffusion)",
                               last->key);
        last = stated[k].node;
        *kind = stated[k].kind;
    }
    if (last == NULL)
        return config_fail(err, spec->model_node,
                           "no model: give one of datapoints, example_loss (with data), "
                           "examples, loss (with noise), drift (with diffusion)");
    return true;
}

/* Keys that go with one kind only: present exactly where they belong. */
static bool companions_check(const struct spec *spec, enum model_kind kind,
                             struct error *err) {
    const struct model_settings *m = &spec->model;
    const bool drift = kind == MODEL_DRIFT, jumps = drift && m->diffusion == NULL;
    const struct {
        const char *key, *with;
        const struct config_node *node;
        bool wanted;
    } companion[] = {
        {"data", "example_loss", m->data, m->example_loss != NULL},
        {"noise", "loss", m->noise, kind == MODEL_LOSS || (jumps && m->noise != NULL)},
        {"diffusion", "drift", m->diffusion,
         drift && m->noise == NULL && !spec_is_langevin(spec)},
        {"learning_rate", "a loss", m->learning_rate, !drift && m->update == NULL}};
    if (drift && m->diffusion != NULL && m->noise != NULL)
        return config_fail(err, m->noise, "contradicts 'diffusion': give one of them");
    for (size_t k = 0; k < sizeof companion / sizeof *companion; k++) {
        if (companion[k].wanted && companion[k].node == NULL)
            return config_fail(err, spec->model_node,
                               "missing key '%s': it is needed with %s", companion[k].key,
                               companion[k].with);
        if (!companion[k].wanted && companion[k].node != NULL)
            return config_fail(err, companion[k].node, "'%s' goes with %s only",
                               companion[k].key, companion[k].with);
    }
    if (drift && (m->batch_size != 1 || m->momentum != 0))
        return config_fail(err, spec->model_node,
                           "batch_size and momentum do not go with %s: they belong to SGD",
                           m->drift != NULL ? "drift" : "temperature");
    return true;
}

/* dims expressions: one scalar in 1-D, a list of two in 2-D. */
static bool vector_read(const struct config_node *node, size_t dims, struct graph *graph,
                        expr *out, struct error *err) {
    if (dims == 1 && node->kind == CONFIG_SCALAR)
        return (out[0] = setup_expression(node, graph, err)) != EXPR_NONE;
    if (node->kind != CONFIG_SEQUENCE || node->count != dims)
        return config_fail(
            err, node,
            dims == 1
                ? "one expression is wanted here: the model has one variable"
                : "a list of two expressions is wanted here: the model has two variables");
    for (size_t d = 0; d < dims; d++)
        if ((out[d] = setup_expression(node->child[d], graph, err)) == EXPR_NONE)
            return false;
    return true;
}

/* A symmetric tensor: a scalar in 1-D; [[xx, xy], [xy, yy]] in 2-D, where both xy must be
 * written alike. */
static bool tensor_read(const struct config_node *node, size_t dims, struct graph *graph,
                        expr *out, struct error *err) {
    if (dims == 1) return vector_read(node, 1, graph, out, err);
    bool square = node->kind == CONFIG_SEQUENCE && node->count == 2;
    for (size_t d = 0; square && d < 2; d++)
        square = node->child[d]->kind == CONFIG_SEQUENCE && node->child[d]->count == 2;
    if (!square)
        return config_fail(
            err, node, "[[xx, xy], [xy, yy]] is wanted here: the model has two variables");
    expr lower;
    for (size_t e = 0; e < 3; e++)
        if ((out[e] = setup_expression(node->child[e / 2]->child[e == 0 ? 0 : 1], graph,
                                       err)) == EXPR_NONE)
            return false;
    if ((lower = setup_expression(node->child[1]->child[0], graph, err)) == EXPR_NONE)
        return false;
    if (lower != out[1])
        return config_fail(err, node,
                           "not symmetric: [0][1] is '%s' and [1][0] is '%s'; write the "
                           "same expression in both",
                           node->child[0]->child[1]->text, node->child[1]->child[0]->text);
    return true;
}

static bool datapoints_read(const struct config_node *node, struct model_source *s,
                            expr **list, struct error *err) {
    if (node->kind != CONFIG_SEQUENCE || node->count == 0)
        return config_fail(err, node, "a list of per-example losses is wanted here");
    if ((*list = array_create(node->count, sizeof **list, err)) == NULL) return false;
    for (size_t j = 0; j < node->count; j++)
        if (((*list)[j] = setup_expression(node->child[j], s->graph, err)) == EXPR_NONE)
            return false;
    s->examples = node->count;
    s->example = *list;
    return true;
}

/* {alpha, sigma}, of a model that has no other noise. */
static bool stable_read(const struct spec *spec, const struct config_node *node,
                        struct model_source *s, struct error *err) {
    if (s->dims != 1)
        return config_fail(err, node, "goes with one variable; the model has two");
    s->covariance[0] = s->diffusion[0] = expr_number(s->graph, 0);
    return settings_read(node, stable_table, &s->stable, &spec->evaluator, err);
}

static bool noise_read(const struct spec *spec, struct model_source *s, struct error *err) {
    struct noise_settings noise = {0};
    const struct config_node *node = spec->model.noise;
    if (!settings_read(node, noise_table, &noise, &spec->evaluator, err)) return false;
    if ((noise.covariance == NULL) == (noise.stable == NULL))
        return config_fail(err, node,
                           "exactly one of covariance and stable is wanted here");
    if (noise.stable != NULL) return stable_read(spec, noise.stable, s, err);
    if (s->kind == MODEL_DRIFT)
        return config_fail(err, noise.covariance,
                           "goes with a loss; with drift, give diffusion or stable noise");
    return tensor_read(noise.covariance, (size_t)s->dims, s->graph, s->covariance, err);
}

/* Of model.examples: the loss of the example whose number is the only column. */
static bool example_read(const struct spec *spec, struct model_source *s, expr *loss,
                         struct error *err) {
    expr operand[LOOKUP_OPERANDS];
    struct lookup *lookup = setup_examples(spec, (size_t)s->dims, err);
    for (size_t k = 0; k <= (size_t)s->dims; k++)
        operand[k] = expr_input(s->graph, k);
    return lookup != NULL &&
           ((*loss = expr_lookup(s->graph, lookup, operand)) != EXPR_NONE ||
            graph_check(s->graph, err));
}

/* The data of model.examples: their numbers from 0. */
static struct table *example_numbers(const struct spec *spec, size_t dims,
                                     struct error *err) {
    static const char *const name[] = {"example"};
    struct lookup *lookup = setup_examples(spec, dims, err);
    struct table *t =
        lookup != NULL ? table_create(lookup_members(lookup), 1, name, err) : NULL;
    for (size_t r = 0; t != NULL && r < t->rows; r++)
        t->column[0][r] = (double)r;
    return t;
}

/* The expressions of the model into s; *list is freed by the caller. */
static bool expressions_read(const struct spec *spec, struct model_source *s, expr **list,
                             struct error *err) {
    const struct model_settings *m = &spec->model;
    s->loss = EXPR_NONE;
    if (m->loss != NULL &&
        (s->loss = setup_expression(m->loss, s->graph, err)) == EXPR_NONE)
        return false;
    switch (s->kind) {
    case MODEL_DATAPOINTS:
        return datapoints_read(m->datapoints, s, list, err);
    case MODEL_TABLE:
        if ((*list = array_create(1, sizeof **list, err)) == NULL) return false;
        s->example = *list;
        s->examples = 1;
        if (m->examples != NULL) return example_read(spec, s, *list, err);
        return ((*list)[0] = setup_expression(m->example_loss, s->graph, err)) != EXPR_NONE;
    case MODEL_LOSS:
        return noise_read(spec, s, err);
    case MODEL_DRIFT:
        if (spec_is_langevin(spec)) {
            s->drift[0] = expr_binary(s->graph, '-', expr_number(s->graph, 0),
                                      expr_derivative(s->graph, s->loss, 0));
            s->diffusion[0] = expr_number(s->graph, m->temperature);
            return true;
        }
        return vector_read(m->drift, (size_t)s->dims, s->graph, s->drift, err) &&
               (m->diffusion == NULL ? noise_read(spec, s, err)
                                     : tensor_read(m->diffusion, (size_t)s->dims, s->graph,
                                                   s->diffusion, err));
    }
    return false;
}

/* ------------------------------------------------------ learning rates, interpretation */

/* A number, or a list of one a variable. */
static bool rate_read(const struct spec *spec, const struct config_node *node,
                      double eta[2], struct error *err) {
    const size_t dims = spec_dims(spec);
    const bool list = node->kind == CONFIG_SEQUENCE;
    if (list && node->count != dims)
        return config_fail(err, node, "%zu learning rates for %zu variable%s", node->count,
                           dims, dims == 1 ? "" : "s");
    for (size_t d = 0; d < 2; d++) {
        const struct config_node *at = list ? node->child[d < dims ? d : 0] : node;
        eta[d] = (double)NAN; /* of time: setup_rates */
        if (setup_names_time(spec, at)) continue;
        if (!setting_real(at, &spec->evaluator, &eta[d], err)) return false;
        if (!(eta[d] > 0))
            return config_fail(err, at, "learning rate %g; it must be > 0", eta[d]);
    }
    return true;
}

static bool schedule_read(const struct spec *spec, const struct config_node *node,
                          struct rate_interval *interval, struct error *err) {
    double before = 0;
    for (size_t k = 0; k < node->count; k++) {
        struct schedule_settings p = {0};
        const struct config_node *at = node->child[k];
        if (!settings_read(at, schedule_table, &p, &spec->evaluator, err)) return false;
        const bool last = k + 1 == node->count, endless = p.until != p.until;
        if (last != endless)
            return config_fail(
                err, at,
                last ? "the last interval has no 'until': it lasts for ever"
                     : "missing key 'until': only the last interval does without");
        if (!last && !(p.until > before))
            return config_fail(err, at, "until %g does not come after %g", p.until, before);
        if (!rate_read(spec, p.value, interval[k].eta, err)) return false;
        before = interval[k].until = last ? (double)INFINITY : p.until;
    }
    return true;
}

static bool rates_read(const struct spec *spec, struct model_source *s,
                       struct rate_interval **intervals, struct error *err) {
    const struct config_node *node = spec->model.learning_rate;
    if (node == NULL) return true;
    const bool schedule = node->kind == CONFIG_SEQUENCE && node->count > 0 &&
                          node->child[0]->kind == CONFIG_MAPPING;
    if (node->kind == CONFIG_MAPPING)
        return config_fail(err, node,
                           "a number, a list, or a schedule [{until: .., value: ..}, "
                           "{value: ..}] is wanted here");
    s->intervals = schedule ? node->count : 1;
    if ((*intervals = array_create(s->intervals, sizeof **intervals, err)) == NULL)
        return false;
    s->interval = *intervals;
    if (schedule) return schedule_read(spec, node, *intervals, err);
    (*intervals)[0].until = (double)INFINITY;
    return rate_read(spec, node, (*intervals)[0].eta, err);
}

static bool interpretation_read(const struct spec *spec, double *alpha, struct error *err) {
    static const struct {
        const char *name;
        double alpha;
    } names[] = {{"ito", 0}, {"stratonovich", 0.5}, {"klimontovich", 1}};
    const struct config_node *node = spec->model.interpretation;
    *alpha = 0;
    if (node == NULL) return true;
    for (size_t k = 0; k < 3 && node->kind == CONFIG_SCALAR; k++)
        if (strcmp(node->text, names[k].name) == 0) return *alpha = names[k].alpha, true;
    struct error inner = {0};
    if (setting_real(node, &spec->evaluator, alpha, &inner) && *alpha >= 0 && *alpha <= 1)
        return true;
    const char *const words[] = {names[0].name, names[1].name, names[2].name};
    const char *near = node->text != NULL ? nearest_word(node->text, words, 3) : NULL;
    return config_fail(
        err, node,
        "'%s'%s%s%s; allowed: ito (0), stratonovich (0.5), klimontovich (1), "
        "or a number in [0, 1]",
        node->text != NULL ? node->text : "a list", near != NULL ? "; did you mean '" : "",
        near != NULL ? near : "", near != NULL ? "'?" : "");
}

static bool unit_find(const struct spec *spec, enum model_kind kind, enum time_unit *unit,
                      struct error *err) {
    if (kind == MODEL_DRIFT && spec->time.unit >= 0)
        return config_fail(err, config_find(spec->time_node, "unit"),
                           "goes with a learning rate: here time is the equation's own");
    *unit = kind == MODEL_DRIFT   ? TIME_SDE
            : spec->time.unit < 0 ? TIME_STEPS
                                  : (enum time_unit)spec->time.unit;
    return true;
}

struct model *setup_model(const struct spec *spec, struct error *err) {
    const struct model_settings *m = &spec->model;
    struct model_source s = {.dims = spec_is_kinetic(spec) ? 1 : (int)spec_dims(spec),
                             .batch = (size_t)m->batch_size,
                             .sampling = (enum sampling)m->sampling,
                             .momentum = m->momentum,
                             .form = (enum momentum_form)m->momentum_form,
                             .variable = (const char *const *)m->variables.value};
    struct rate_interval *intervals = NULL;
    expr *list = NULL;
    struct model *model = NULL;
    char columns[DATA_COLUMNS] = "";
    if (!setup_dynamics(spec, err) || !kind_find(spec, &s.kind, err) ||
        !setup_update_check(spec, s.kind, err) || !companions_check(spec, s.kind, err))
        goto done;
    if (!unit_find(spec, s.kind, &s.unit, err) || !interpretation_read(spec, &s.alpha, err))
        goto done;
    if (s.kind == MODEL_TABLE &&
        (s.table = m->examples != NULL ? example_numbers(spec, (size_t)s.dims, err)
                                       : setup_data(spec, columns, err)) == NULL)
        goto done;
    if (!rates_read(spec, &s, &intervals, err) || !setup_equation(spec, &s, err)) goto done;
    if ((s.graph = graph_of(spec, (size_t)s.dims, true, s.table, err)) == NULL) goto done;
    if (!expressions_read(spec, &s, &list, err) || !setup_rates(spec, &s, intervals, err) ||
        !setup_update(spec, &s, err) || !setup_sinks(spec, &s, err)) {
        if (s.kind == MODEL_TABLE) setup_data_hint(columns, err);
        goto done;
    }
    model = model_create(&s, err);
    s.graph = NULL, s.table = NULL; /* the model has them now, also when it failed */
    if (model == NULL) config_fail_within(err, spec->model_node);
    if (model != NULL && !setup_driven_check(spec, model, err))
        model_destroy(model), model = NULL;
done:
    if (s.graph != NULL) graph_destroy(s.graph);
    table_destroy(s.table);
    free(intervals);
    free(list);
    return model;
}
