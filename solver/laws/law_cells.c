/* SPDX-License-Identifier: GPL-3.0-or-later
 * The cells of a law: how many, their grids, and what is measured on each. */
#include "grids/field.h"
#include "solver/laws/laws_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct config_node *law_key(const struct laws *laws, const char *key) {
    const struct config_node *section = laws->setup->spec->law_node,
                             *node = config_find(section, key);
    return node != NULL ? node : section;
}

/* ---------------------------------------------------------------- settings */

static bool is_word(const struct config_node *node, const char *word) {
    return node != NULL && node->kind == CONFIG_SCALAR && strcmp(node->text, word) == 0;
}

/* law.cells along axis d, 0 for the grid's. */
static bool cells_along(const struct laws *laws, int d, double *cells, struct error *err) {
    const struct config_node *node = laws->settings->cells;
    *cells = 0;
    if (laws->chosen || is_word(node, "same")) return true;
    if (node->kind == CONFIG_SEQUENCE &&
        !setup_count_check(laws->setup->spec, node->count, node, err))
        return false;
    const struct config_node *at = node->kind == CONFIG_SEQUENCE ? node->child[d] : node;
    return setting_real(at, &laws->setup->spec->evaluator, cells, err);
}

/* laws->finer, coarser from what is asked for along axis d. */
static bool factor_along(struct laws *laws, int d, struct error *err) {
    const struct setup *setup = laws->setup;
    const double most = 16777216, n = setup->thin ? (double)setup->spec->axis[d].cells
                                                  : (double)setup->grid->axis[d]->cells;
    double cells;
    if (!cells_along(laws, d, &cells, err)) return false;
    if (cells == 0) cells = n;
    const struct config_node *node = law_key(laws, "cells");
    if (!(cells >= 8 && cells <= most) || cells != floor(cells) || fmod(cells, 2) != 0)
        return config_fail(err, node,
                           "%.10g cells; an even number from 8 to %.0f is wanted here, "
                           "as half of them tell the error",
                           cells, most);
    if (fmod(cells, n) != 0 && fmod(n, cells) != 0)
        return config_fail(err, node,
                           "%g cells; a multiple or a divisor of the grid's %g is wanted",
                           cells, n);
    const size_t finer = (size_t)fmax(1, cells / n), coarser = (size_t)fmax(1, n / cells);
    if (d > 0 && (finer != laws->finer || coarser != laws->coarser))
        return config_fail(err, node,
                           "%g cells; the same multiple of the grid's along both variables "
                           "is wanted",
                           cells);
    laws->finer = finer, laws->coarser = coarser;
    return true;
}

bool law_cells_read(struct laws *laws, struct error *err) {
    const struct config_node *node = laws->settings->cells;
    laws->chosen = node == NULL || is_word(node, "auto");
    for (int d = 0; d < laws->setup->grid->dims; d++)
        if (!factor_along(laws, d, err)) return false;
    return true;
}

/* ---------------------------------------------------------------- grids */

/* The loss at the centres, at time t. */
static bool observe_loss(struct law_level *l, const struct setup *setup, double t,
                         struct error *err) {
    const size_t n = l->grid->cells;
    double *x = array_create(2 * n, sizeof *x, err);
    if (x == NULL) return false;
    grid_centres(l->grid, (double *[]){x, x + n});
    const bool good = model_evaluate_at(setup->model, t, n, (const double *[]){x, x + n},
                                        l->loss, NULL, NULL, err);
    free(x);
    return good;
}

static bool loss_create(struct law_level *l, const struct setup *setup, struct error *err) {
    if (!model_has_loss(setup->model)) return true;
    l->loss = array_create(l->grid->cells, sizeof *l->loss, err);
    return l->loss != NULL && observe_loss(l, setup, 0, err);
}

bool law_cells_set_time(struct law_cells *c, const struct setup *setup, double t,
                        struct error *err) {
    for (size_t l = 0; l < c->levels && setup->model->driven; l++)
        if (c->level[l].loss != NULL && !observe_loss(&c->level[l], setup, t, err))
            return false;
    return true;
}

static bool level_fill(struct law_level *l, const struct setup *setup, struct error *err) {
    l->averages = array_create(l->grid->cells, sizeof *l->averages, err);
    l->region = array_create(setup->regions, sizeof *l->region, err);
    return l->averages != NULL && l->region != NULL &&
           setup_regions(setup, l->grid, l->region, err) && loss_create(l, setup, err);
}

static void level_finish(struct law_level *l, size_t regions) {
    for (size_t r = 0; l->region != NULL && r < regions; r++)
        free(l->region[r]);
    free(l->region);
    free(l->loss);
    free(l->averages);
    grid_destroy(l->grid);
}

/* A thin grid, which is there to be looked at only, is the one of all levels. */
static struct grid *grid_of_level(const struct law_cells *c, const struct laws *laws,
                                  struct error *err) {
    const struct grid *file = laws->setup->grid;
    if (laws->setup->thin) return grid_refine(file, 1, err);
    if (c->levels > 0) return grid_coarsen(c->level[c->levels - 1].grid, 2, err);
    return c->coarser > 1 ? grid_coarsen(file, c->coarser, err)
                          : grid_refine(file, c->finer, err);
}

/* Is there another level? */
static bool goes_on(const struct law_cells *c, const struct laws *laws) {
    return c->levels < 2 || (c->levels < LAW_LEVELS && !laws->setup->thin &&
                             grid_can_halve(c->level[c->levels - 1].grid));
}

bool law_cells_create(struct law_cells *out, const struct laws *laws, size_t finer,
                      size_t coarser, struct error *err) {
    *out = (struct law_cells){.finer = finer, .coarser = coarser};
    while (goes_on(out, laws)) {
        struct law_level *l = &out->level[out->levels];
        if ((l->grid = grid_of_level(out, laws, err)) == NULL)
            return config_fail_within(err, law_key(laws, "cells"));
        out->levels++;
        if (!level_fill(l, laws->setup, err)) return false;
    }
    return true;
}

void law_cells_finish(struct law_cells *c, size_t regions) {
    for (size_t l = 0; l < c->levels; l++)
        level_finish(&c->level[l], regions);
    *c = (struct law_cells){0};
}

bool law_cells_should_double(const struct laws *laws, const struct kind_law *law,
                             size_t row) {
    const double wanted = laws->settings->tolerance / 10;
    const size_t most = laws->setup->grid->dims == 2 ? 65536 : 8192;
    const size_t twice = (law->cells.level[0].grid->cells) << laws->setup->grid->dims;
    if (!laws->chosen || row == 0 || twice > most) return false;
    for (size_t before = 1; before < row; before++)
        if (law->each[before].error_ks > wanted) return false;
    return law->each[row].error_ks > wanted;
}
