/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/place.h"
#include <string.h>

/* The first that is there: what a value comes from. */
static const struct config_node *first(const struct config_node *const *node, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (node[k] != NULL) return node[k];
    return NULL;
}

const struct config_node *place_of_value(const struct spec *spec, const char *sentence) {
    const struct model_settings *m = &spec->model;
    const struct config_node *covariance = config_find(m->noise, "covariance");
    const struct {
        const char *begin;
        const struct config_node *from[4];
    } values[] = {
        {"the loss ", {m->loss, m->datapoints, m->example_loss}},
        {"the gradient ", {m->loss, m->datapoints, m->example_loss}},
        {"the noise ", {covariance, m->datapoints, m->example_loss}},
        {"the covariance ", {covariance, m->datapoints, m->example_loss}},
        {"the drift ", {m->drift, m->loss, m->datapoints, m->example_loss}},
        {"the diffusion ", {m->diffusion, covariance, m->datapoints, m->example_loss}},
        {"a derivative of the noise ",
         {m->diffusion, covariance, m->datapoints, m->example_loss}},
    };
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        if (strncmp(sentence, values[k].begin, strlen(values[k].begin)) != 0) continue;
        const struct config_node *node = first(values[k].from, 4);
        if (node != NULL) return node;
    }
    return spec->model_node;
}

bool place_early_error(const struct spec *spec, struct error *err) {
    if (err->kind == ERROR_RUN)
        return config_fail_within(err, place_of_value(spec, err->message));
    if (err->kind == ERROR_SETTINGS && !err->place.known)
        return config_fail_within(err, spec->grid_node);
    return false;
}

void place_value(const struct spec *spec, struct error *err) {
    if (!err->place.known && err->of_value)
        config_fail_within(err, place_of_value(spec, err->message));
}
