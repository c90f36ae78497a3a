/* SPDX-License-Identifier: GPL-3.0-or-later
 * The time t in the model: learning rates that are functions of it, and what does not follow
 * a model that depends on it. */
#include "solver/settings/setup.h"
#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- learning rates */

bool setup_names_time(const struct spec *spec, const struct config_node *node) {
    const char *text = node->kind == CONFIG_SCALAR ? node->text : "";
    if (spec->scope != NULL && graph_has_name(spec->scope, "t")) return false;
    for (size_t length; (length = expr_next_name(&text)) > 0; text += length)
        if (length == 1 && *text == 't') return true;
    return false;
}

static bool rate_expression(const struct config_node *node, struct model_source *s,
                            expr *rate, struct error *err) {
    const size_t inputs = graph_variables(s->graph);
    if ((*rate = setup_expression(node, s->graph, err)) == EXPR_NONE) return false;
    for (size_t v = 0; v < inputs; v++)
        if (expr_depends_on(s->graph, *rate, v))
            return config_fail(err, node,
                               "a learning rate may depend on t and on parameters, not on "
                               "what it moves");
    return true;
}

static bool rates_of_interval(const struct spec *spec, const struct config_node *value,
                              struct model_source *s, struct rate_interval *r,
                              struct error *err) {
    const bool list = value->kind == CONFIG_SEQUENCE;
    const size_t dims = (size_t)s->dims;
    for (size_t d = 0; d < 2; d++)
        r->varies |= setup_names_time(spec, list ? value->child[d < dims ? d : 0] : value);
    for (size_t d = 0; r->varies && d < 2; d++) {
        const struct config_node *at = list ? value->child[d < dims ? d : 0] : value;
        if (!setup_names_time(spec, at))
            r->rate[d] = expr_number(s->graph, r->eta[d]);
        else if (!rate_expression(at, s, &r->rate[d], err))
            return false;
    }
    return true;
}

bool setup_rates(const struct spec *spec, struct model_source *s,
                 struct rate_interval *interval, struct error *err) {
    const struct config_node *node = spec->model.learning_rate;
    for (size_t k = 0; k < s->intervals; k++) {
        const bool intervals = node->kind == CONFIG_SEQUENCE && node->count > 0 &&
                               node->child[0]->kind == CONFIG_MAPPING;
        const struct config_node *value =
            intervals ? config_find(node->child[k], "value") : node;
        if (!rates_of_interval(spec, value, s, &interval[k], err)) return false;
    }
    return true;
}

/* ---------------------------------------------------------------- what does not follow */

static bool rates_vary(const struct model *m) {
    bool vary = false;
    for (size_t k = 0; k < m->intervals; k++)
        vary |= m->interval[k].varies;
    return vary;
}

static bool lacks_noise(const struct model *m) {
    struct interval_coefficients c;
    coefficients_of_interval(m, 0, &c);
    return c.coefficients.zero_diffusion && !model_has_stable_noise(m);
}

bool setup_driven_check(const struct spec *spec, const struct model *m, struct error *err) {
    const struct analysis_settings *analysis = &spec->analysis;
    const struct {
        bool holds;
        const struct config_node *at;
        const char *why;
    } refused[] = {
        {spec_is_kinetic(spec), config_find(spec->model_node, "dynamics"),
         "kinetic does not follow a model that depends on the time t; write position and "
         "velocity as two variables with drift and diffusion"},
        {m->momentum > 0, config_find(spec->model_node, "momentum"),
         "does not follow a model that depends on the time t: the effective learning rate "
         "of momentum is that of a constant one; leave momentum out, or write position and "
         "velocity as two variables with drift and diffusion"},
        {model_has_stable_noise(m), config_find(spec->model.noise, "stable"),
         "does not follow a model that depends on the time t; take normal noise "
         "(covariance), or leave t out"},
        {lacks_noise(m), spec->model_node,
         "without noise a model that depends on the time t is not solved: give it some"},
        {m->sink_rate[SINK_RESET] != NULL, spec->model.reset,
         "does not go with a model that depends on the time t; leave resets out, or t"},
        {m->order > 1, spec->model.equation,
         "modified equations are those of a model that does not depend on the time t"},
        {m->unit == TIME_SDE && rates_vary(m), config_find(spec->time_node, "unit"),
         "sde counts the time in learning rates; one that depends on t goes with steps"},
        {analysis->escape != NULL, analysis->escape,
         "mean times and committors are those of a model that does not depend on the time "
         "t; an absorbing end gives its survival in `mass`"},
        {analysis->modes > 0, config_find(spec->analysis_node, "modes"),
         "are those of a model that does not depend on the time t; of a period's there is "
         "analysis.floquet"}};
    for (size_t k = 0; m->driven && k < sizeof refused / sizeof *refused; k++)
        if (refused[k].holds)
            return config_fail(err,
                               refused[k].at != NULL ? refused[k].at : spec->model_node,
                               "%s", refused[k].why);
    return true;
}
