/* SPDX-License-Identifier: GPL-3.0-or-later
 * Settings to laws, and what is measured on them. */
#pragma once

#include "solver/laws/law_moments.h"
#include "solver/laws/laws_parts.h"
#include "solver/transfer/masses.h"
#include <check.h>
#undef fail /* check.h has one of its own */

struct world {
    struct spec *spec;
    struct setup *setup;
    struct laws *laws;
    struct error err;
};

/* False where there are no such laws; world.err says why. */
static inline bool world_open(struct world *w, const char *text) {
    *w = (struct world){0};
    return (w->spec = spec_parse("laws.yaml", text, 0, NULL, &w->err)) != NULL &&
           (w->setup = setup_create(w->spec, &w->err)) != NULL &&
           laws_create(w->setup, &w->laws, &w->err);
}

static inline void world_close(struct world *w) {
    laws_destroy(w->laws);
    setup_destroy(w->setup);
    spec_destroy(w->spec);
}

/* The k-th kind at a snapshot. */
static inline const struct kind_law *law_at(struct world *w, size_t k, size_t row) {
    struct kind_law *law = &w->laws->kind[k];
    ck_assert_msg(kind_law_advance(w->laws, law, row, NULL, &w->err), "%s", w->err.message);
    return law;
}

static inline struct moments moments_at(struct world *w, size_t k, size_t row) {
    const struct kind_law *law = law_at(w, k, row);
    return moments_of_masses(law->cells.level[0].grid, grid_law_mass(&law->on[0]), 0);
}
