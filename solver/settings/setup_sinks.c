/* SPDX-License-Identifier: GPL-3.0-or-later
 * model.killing and model.reset. */
#include "solver/settings/setup.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What sinks are not known for, or NULL. */
static const char *why_not(const struct spec *spec) {
    if (spec_is_kinetic(spec))
        return "does not go with dynamics: kinetic; write position and velocity as two "
               "variables with drift and diffusion, or leave dynamics out";
    if (spec_has_stable_noise(spec) && spec->analysis.escape != NULL)
        return "does not go with stable noise and analysis.escape; leave one of them out";
    return NULL;
}

static bool rate_read(const struct config_node *node, struct model_source *s,
                      enum model_sink sink, struct error *err) {
    s->sink[sink] = setup_expression(node, s->graph, err);
    s->has_sink[sink] = s->sink[sink] != EXPR_NONE;
    for (size_t v = (size_t)s->dims; v < EXPR_VARIABLES; v++)
        if (expr_depends_on(s->graph, s->sink[sink], v))
            return config_fail(err, node,
                               "a rate depends on the model's variables only, not on t or "
                               "what a step draws");
    double value;
    if (expr_is_number(s->graph, s->sink[sink], &value) && !(value >= 0 && isfinite(value)))
        return config_fail(err, node, "rate %g; a rate must be >= 0", value);
    return s->has_sink[sink];
}

bool setup_sinks(const struct spec *spec, struct model_source *s, struct error *err) {
    const struct config_node *killing = spec->model.killing, *reset = spec->model.reset;
    const struct config_node *first = killing != NULL ? killing : reset;
    struct reset_settings r = {0};
    if (first == NULL) return true;
    const char *why = why_not(spec);
    if (why != NULL) return config_fail(err, first, "%s", why);
    if (killing != NULL && !rate_read(killing, s, SINK_KILLING, err)) return false;
    if (reset == NULL) return true;
    return settings_read(reset, reset_table, &r, &spec->evaluator, err) &&
           rate_read(r.rate, s, SINK_RESET, err);
}

/* ---------------------------------------------------------------- where to */

static bool is_initial(const struct config_node *to) {
    return to == NULL || (to->kind == CONFIG_SCALAR && strcmp(to->text, "initial") == 0);
}

bool setup_reset(const struct setup *setup, const struct grid *grid, double *p,
                 double *outside, struct error *err) {
    const struct spec *spec = setup->spec;
    const struct config_node *to = config_find(spec->model.reset, "to");
    struct initial_settings law = {0};
    *outside = 0;
    if (is_initial(to)) return setup_initial(setup, grid, p, outside, err);
    if (to->kind != CONFIG_MAPPING)
        return config_fail(err, to, "'%s'; allowed: initial, or a law such as {point: 0.5}",
                           to->kind == CONFIG_SCALAR ? to->text : "a list");
    bool good = settings_read(to, initial_table, &law, &spec->evaluator, err);
    if (good && law.file != NULL)
        good =
            config_fail(err, config_find(to, "file"), "goes with the section initial only");
    good = good && setup_law(setup, &law, to, grid, p, outside, err);
    settings_finish(initial_table, &law);
    return good;
}

bool setup_reset_point(const struct setup *setup, bool *is_point, double at[2],
                       struct error *err) {
    const struct config_node *to = config_find(setup->spec->model.reset, "to");
    if (is_initial(to)) {
        *is_point = setup->at_point;
        at[0] = setup->point[0], at[1] = setup->point[1];
        return true;
    }
    const struct config_node *point = config_find(to, "point");
    *is_point = point != NULL;
    return point == NULL || setup_point_read(setup, point, at, err);
}

static bool averages(const void *self, const struct grid *grid, double *density,
                     struct error *err) {
    double outside;
    return setup_reset(self, grid, density, &outside, err);
}

bool setup_reset_density(struct setup *setup, struct error *err) {
    if (setup->model->sink_rate[SINK_RESET] == NULL) return true;
    setup->model->to = (struct reset_density){averages, setup};
    double *p = array_create(setup->grid->cells, sizeof *p, err);
    const bool good =
        p != NULL && setup_reset(setup, setup->grid, p, &setup->reset_outside, err);
    free(p);
    return good;
}
