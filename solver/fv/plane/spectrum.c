/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/spectrum.h"
#include "solver/fv/line/chain_modes.h"
#include "solver/fv/plane/classes.h"
#include <stdlib.h>

/* inside: the cells of one class, that of `within`; *whole: there is no other. */
static bool select_class(const struct plane_generator *g, size_t within, bool *inside,
                         bool *whole, struct error *err) {
    size_t closed;
    int32_t last, *class_of = array_create(g->cells, sizeof *class_of, err);
    const bool good = class_of && plane_classes_find(g, class_of, &closed, &last, err);
    *whole = true;
    for (size_t i = 0; good && i < g->cells; i++) {
        inside[i] = class_of[i] == class_of[within];
        *whole = *whole && inside[i];
    }
    free(class_of);
    return good;
}

/* Of the class that holds the cell `within`, which is to be all when `all`. */
static bool compute(const struct plane_generator *g, size_t within, bool all, size_t modes,
                    struct line_spectrum *out, struct error *err) {
    bool whole, *inside = array_create(g->cells, sizeof *inside, err);
    double *loss = inside ? array_create(g->cells, sizeof *loss, err) : NULL;
    bool good = loss && select_class(g, within, inside, &whole, err);
    if (good && all && !whole)
        good = fail(err, ERROR_SETTINGS,
                    "modes need a chain in which mass comes from every cell to every "
                    "other; here some are never reached, or never left");
    if (good) plane_generator_loss(g, loss);
    const struct chain_modes chain = {.matrix = g->matrix,
                                      .volume = g->grid->volume,
                                      .loss = loss,
                                      .potential = g->potential,
                                      .inside = inside,
                                      .monitor = g->monitor};
    good = good && chain_modes_compute(&chain, modes, out, err);
    free(loss), free(inside);
    return good;
}

bool plane_spectrum_compute(const struct plane_generator *g, size_t modes,
                            struct line_spectrum *out, struct error *err) {
    *out = (struct line_spectrum){0};
    return spectrum_check_resets(&g->sinks, err) && compute(g, 0, true, modes, out, err);
}

bool plane_spectrum_of_escape(const struct plane_escape *e, size_t within, size_t modes,
                              struct line_spectrum *out, struct error *err) {
    *out = (struct line_spectrum){0};
    if (within >= e->cells || e->target.inside[within])
        return fail(err, ERROR_SETTINGS, "the modes of an escape live outside its target");
    return compute(e->target.absorbing, within, false, modes, out, err);
}
