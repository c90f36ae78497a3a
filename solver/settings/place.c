/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/place.h"

/* The first that is there: what a value comes from. */
static const struct config_node *first(const struct config_node *const *node, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (node[k] != NULL) return node[k];
    return NULL;
}

enum { PLACES = 5 };

/* Of the expression that such a value comes from; the section where there is none. */
static const struct config_node *place_of(const struct spec *spec,
                                          enum error_subject subject) {
    const struct model_settings *m = &spec->model;
    const struct config_node *covariance = config_find(m->noise, "covariance");
    const struct config_node *const from[][PLACES] = {
        [OF_LOSS] = {m->loss, m->datapoints, m->example_loss, m->examples},
        [OF_NOISE] = {covariance, m->datapoints, m->example_loss, m->examples},
        [OF_DRIFT] = {m->drift, m->loss, m->datapoints, m->example_loss, m->examples},
        [OF_DIFFUSION] = {m->diffusion, covariance, m->datapoints, m->example_loss,
                          m->examples},
        [OF_KILLING] = {m->killing},
        [OF_RESET] = {m->reset},
    };
    const struct config_node *node =
        subject >= OF_LOSS ? first(from[subject], PLACES) : NULL;
    return node != NULL ? node : spec->model_node;
}

static bool is_of_value(const struct error *err) {
    return err->subject >= OF_VALUE;
}

bool place_early_error(const struct spec *spec, struct error *err) {
    if (err->kind == ERROR_RUN)
        return config_fail_within(err, place_of(spec, err->subject));
    if (err->kind == ERROR_SETTINGS && !err->place.known)
        return config_fail_within(err, is_of_value(err) ? place_of(spec, err->subject)
                                                        : spec->grid_node);
    return false;
}

void place_value(const struct spec *spec, struct error *err) {
    if (!err->place.known && is_of_value(err))
        config_fail_within(err, place_of(spec, err->subject));
}
