/* SPDX-License-Identifier: GPL-3.0-or-later
 * model.equation: the order in the learning rate of the equation that stands for SGD. */
#include "solver/settings/setup.h"

/* What modified equations are not known for, or need: all is said of the line `order`. */
static const char *why_not(const struct spec *spec, const struct model_source *s,
                           int64_t order) {
    const struct model_settings *m = &spec->model;
    if (spec_is_kinetic(spec)) return "goes with dynamics: gradient";
    if (s->kind == MODEL_DRIFT)
        return "goes with a learning rate: a drift and a diffusion are an equation already";
    if (spec_has_stable_noise(spec))
        return "does not go with stable noise, which has no covariance";
    if (m->momentum > 0)
        return "does not go with momentum, whose effective learning rate is of order 1";
    if (s->sampling == RESHUFFLED)
        return "does not go with sampling: reshuffled, whose draws are not independent";
    if (s->alpha != 0) return "goes with interpretation: ito, which is what SGD does";
    if (order == 3 && s->dims == 2) return "is for one variable; take 2";
    return NULL;
}

bool setup_equation(const struct spec *spec, struct model_source *s, struct error *err) {
    const struct config_node *node = spec->model.equation;
    struct equation_settings equation = {.order = 1};
    if (node == NULL) return true;
    if (!settings_read(node, equation_table, &equation, &spec->evaluator, err))
        return false;
    const char *why = equation.order > 1 ? why_not(spec, s, equation.order) : NULL;
    if (why != NULL) {
        const struct config_node *order = config_find(node, "order");
        return config_fail(err, order != NULL ? order : node, "order %d %s",
                           (int)equation.order, why);
    }
    s->order = (int)equation.order;
    return true;
}
