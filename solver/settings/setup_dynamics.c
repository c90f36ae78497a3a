/* SPDX-License-Identifier: GPL-3.0-or-later
 * What moves the parameters: the gradient (with normal or stable noise), or with dynamics:
 * kinetic inertia, friction and temperature. */
#include "solver/settings/setup.h"
#include <math.h>

/* Keys that kinetic dynamics does without, or needs in another form. */
static bool kinetic_keys(const struct spec *spec, struct error *err) {
    const struct model_settings *m = &spec->model;
    const struct config_node *learning_rate = m->learning_rate;
    if (spec_dims(spec) != 2)
        return config_fail(err, config_find(spec->model_node, "variables"),
                           "dynamics: kinetic wants two names here, a parameter and its "
                           "velocity: [x, v]");
    if (m->drift != NULL)
        return config_fail(err, m->drift, "dynamics: kinetic takes a loss, not a drift");
    if (spec_has_stable_noise(spec))
        return config_fail(err, config_find(m->noise, "stable"),
                           "does not go with dynamics: kinetic");
    if (learning_rate != NULL && learning_rate->kind != CONFIG_SCALAR)
        return config_fail(err, learning_rate,
                           "dynamics: kinetic takes one number: velocities are measured in "
                           "units that depend on it");
    return true;
}

/* friction and temperature, both, beside a loss alone; or SGD with momentum. */
static bool inertia(const struct spec *spec, struct error *err) {
    const struct model_settings *m = &spec->model;
    const struct config_node *sgd[] = {m->noise, m->learning_rate, m->datapoints,
                                       m->example_loss, m->examples};
    if (isnan(m->friction) != isnan(m->temperature))
        return config_fail(err, spec->model_node,
                           "missing key '%s': friction and temperature go together",
                           isnan(m->friction) ? "friction" : "temperature");
    if (!spec_is_langevin(spec))
        return m->momentum > 0 ||
               config_fail(err, spec->model_node,
                           "dynamics: kinetic needs momentum above 0, or friction and "
                           "temperature");
    for (size_t k = 0; k < sizeof sgd / sizeof *sgd; k++)
        if (sgd[k] != NULL)
            return config_fail(err, sgd[k],
                               "contradicts 'temperature': friction and temperature go "
                               "with a loss alone");
    return true;
}

bool setup_dynamics(const struct spec *spec, struct error *err) {
    static const char *const kinetic[] = {"friction", "temperature"};
    const bool stable = spec_has_stable_noise(spec);
    if (spec->accuracy.estimate && stable)
        return config_fail(err, config_find(config_root(spec->config), "accuracy"),
                           "estimate does not apply to stable noise, whose cells are not "
                           "of one order; compare runs with different cells");
    if (spec_is_kinetic(spec)) return kinetic_keys(spec, err) && inertia(spec, err);
    for (size_t k = 0; k < 2; k++)
        if (config_find(spec->model_node, kinetic[k]) != NULL)
            return config_fail(err, config_find(spec->model_node, kinetic[k]),
                               "goes with dynamics: kinetic only");
    return true;
}
