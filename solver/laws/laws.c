/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/laws.h"
#include "grids/field.h"
#include "solver/laws/laws_parts.h"
#include "solver/transfer/masses.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- cells */

static const struct config_node *law_key(const struct laws *laws, const char *key) {
    const struct config_node *section = laws->setup->spec->law_node,
                             *node = config_find(section, key);
    return node != NULL ? node : section;
}

/* law.cells along axis d, 0 for the grid's. */
static bool cells_along(const struct laws *laws, int d, double *cells, struct error *err) {
    const struct config_node *node = laws->settings->cells;
    const size_t dims = (size_t)laws->setup->grid->dims;
    *cells = 0;
    if (node == NULL || (node->kind == CONFIG_SCALAR && strcmp(node->text, "same") == 0))
        return true;
    if (node->kind == CONFIG_SEQUENCE && node->count != dims)
        return config_fail(err, node, "%zu numbers for %zu variable%s", node->count, dims,
                           dims == 1 ? "" : "s");
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

/* For a look at the settings only. */
static bool thin_grids(struct laws *laws, struct error *err) {
    laws->finer = laws->coarser = 1;
    return (laws->grid = grid_refine(laws->setup->grid, 1, err)) != NULL &&
           (laws->half = grid_refine(laws->setup->grid, 1, err)) != NULL;
}

static bool grids_create(struct laws *laws, struct error *err) {
    const struct setup *setup = laws->setup;
    const struct grid *grid = setup->grid;
    for (int d = 0; d < grid->dims; d++)
        if (!factor_along(laws, d, err)) return false;
    if (setup->thin) return thin_grids(laws, err);
    laws->grid = laws->coarser > 1 ? grid_coarsen(grid, laws->coarser, err)
                                   : grid_refine(grid, laws->finer, err);
    if (laws->grid != NULL) laws->half = grid_coarsen(laws->grid, 2, err);
    return laws->half != NULL || config_fail_within(err, law_key(laws, "cells"));
}

/* ---------------------------------------------------------------- making */

/* The loss at the centres, and the regions. */
static bool observables_create(struct laws *laws, struct error *err) {
    const struct setup *setup = laws->setup;
    const size_t n = laws->grid->cells;
    laws->region = array_create(setup->regions, sizeof *laws->region, err);
    if (laws->region == NULL) return false;
    if (!setup_regions(setup, laws->grid, laws->region, err)) return false;
    if (!model_has_loss(setup->model)) return true;
    laws->loss = array_create(n, sizeof *laws->loss, err);
    double *x = array_create(2 * n, sizeof *x, err);
    bool good = laws->loss != NULL && x != NULL;
    if (good) {
        grid_centres(laws->grid, (double *[]){x, x + n});
        good = model_evaluate(setup->model, n, (const double *[]){x, x + n}, laws->loss,
                              NULL, NULL, err);
    }
    free(x);
    return good;
}

static bool kind_law_create(struct laws *laws, enum ensemble_kind kind, struct error *err) {
    static const char *const names[ENSEMBLE_KINDS][3] = {
        [ENSEMBLE_SGD] = {"law_sgd", "SGD", "law of SGD"},
        [ENSEMBLE_GAUSSIAN] = {"law_gaussian", "SGD with normal noise",
                               "law of SGD with normal noise"},
        [ENSEMBLE_SDE] = {"law_sde", "the SDE's chain", "law of the SDE's chain"}};
    const char *refusal = law_refusal(laws->setup, &laws->chain, kind);
    if (refusal != NULL) return config_fail(err, law_key(laws, "kinds"), "%s", refusal);
    const struct law_source of = {laws->setup, &laws->chain, laws->sgd_steps, kind,
                                  laws->settings->positive};
    struct kind_law *k = &laws->kind[laws->kinds++];
    k->kind = kind;
    k->prefix = names[kind][0], k->whose = names[kind][1], k->of = names[kind][2];
    if (laws->setup->model->rule != NULL && kind == ENSEMBLE_SGD)
        k->whose = "the update rule", k->of = "law of the update rule";
    if (!grid_law_create(&k->fine, of, laws->grid, err) ||
        !grid_law_create(&k->half, of, laws->half, err))
        return err->kind == ERROR_SETTINGS ? config_fail_within(err, law_key(laws, "kinds"))
                                           : false;
    return (k->density = array_create(laws->setup->grid->cells, sizeof *k->density, err)) !=
               NULL &&
           (k->each = array_create(laws->setup->snapshots, sizeof *k->each, err)) != NULL;
}

static bool settings_take(struct laws *laws, struct error *err) {
    const struct spec *spec = laws->setup->spec;
    return settings_read(spec->monte_carlo_node, monte_carlo_table, &laws->chain,
                         &spec->evaluator, err);
}

static bool laws_fill(struct laws *laws, struct error *err) {
    const struct setup *setup = laws->setup;
    enum ensemble_kind kind[ENSEMBLE_KINDS];
    size_t kinds;
    if (!settings_take(laws, err) ||
        !ensemble_kinds(setup->spec->law_node, &laws->settings->kinds, kind, &kinds, err) ||
        !grids_create(laws, err) || !observables_create(laws, err))
        return false;
    laws->sgd_steps = array_create(setup->snapshots, sizeof(double), err);
    laws->averages = array_create(laws->grid->cells, sizeof(double), err);
    double *until = array_create(model_intervals(setup->model), sizeof *until, err);
    bool good = laws->sgd_steps != NULL && laws->averages != NULL && until != NULL;
    if (good) setup_steps(setup, laws->chain.step, laws->sgd_steps, until);
    free(until);
    for (size_t k = 0; good && k < kinds; k++)
        good = kind_law_create(laws, kind[k], err);
    return good;
}

bool laws_create(const struct setup *setup, struct laws **out, struct error *err) {
    *out = NULL;
    if (setup->spec->law_node == NULL) return true;
    struct laws *laws = array_create(1, sizeof *laws, err);
    if (laws == NULL) return false;
    laws->setup = setup;
    laws->settings = &setup->spec->law;
    if (laws_fill(laws, err)) return *out = laws, true;
    laws_destroy(laws);
    return false;
}

bool laws_check(const struct setup *setup, struct error *err) {
    struct laws *laws;
    const bool good = laws_create(setup, &laws, err);
    laws_destroy(laws);
    return good;
}

void laws_destroy(struct laws *laws) {
    if (laws == NULL) return;
    for (size_t k = 0; k < laws->kinds; k++) {
        grid_law_finish(&laws->kind[k].fine);
        grid_law_finish(&laws->kind[k].half);
        free(laws->kind[k].density);
        free(laws->kind[k].each);
    }
    for (size_t r = 0; laws->region != NULL && r < laws->setup->regions; r++)
        free(laws->region[r]);
    free(laws->region);
    free(laws->loss);
    free(laws->averages);
    free(laws->sgd_steps);
    grid_destroy(laws->half);
    grid_destroy(laws->grid);
    settings_finish(monte_carlo_table, &laws->chain);
    free(laws);
}

/* ---------------------------------------------------------------- advancing */

/* Averages over the file's cells. */
static void to_file(const struct laws *laws, const double *averages, double *density) {
    const struct grid *file = laws->setup->grid;
    if (laws->coarser > 1)
        field_prolong(laws->grid, averages, laws->coarser, file, density);
    else
        field_restrict(laws->grid, laws->finer, averages, file, density);
}

bool kind_law_advance(struct laws *laws, struct kind_law *k, size_t row,
                      const struct monitor *monitor, struct error *err) {
    struct law_row *r = &k->each[row];
    struct law_distance error;
    if (!grid_law_advance(&k->fine, row, monitor, err) ||
        !grid_law_advance(&k->half, row, monitor, err))
        return false;
    const double *mass = grid_law_mass(&k->fine);
    if (!masses_distance(laws->grid, mass, laws->half, grid_law_mass(&k->half), &error,
                         err) ||
        !masses_to_density(laws->grid, mass, laws->averages, err))
        return false;
    to_file(laws, laws->averages, k->density);
    const double lattice = grid_law_lattice_error(&k->fine);
    *r = (struct law_row){.error_l1 = fmax(error.l1, 2 * lattice),
                          .error_ks = fmax(error.ks, lattice),
                          .negative = masses_negative(laws->grid->cells, mass),
                          .mass = masses_sum(laws->grid->cells, mass)};
    return true;
}

size_t laws_count(const struct laws *laws) {
    return laws != NULL ? laws->kinds : 0;
}

struct law_result laws_result(const struct laws *laws, size_t k, size_t rows) {
    const struct kind_law *law = &laws->kind[k];
    const double tolerance = laws->settings->tolerance;
    return (struct law_result){
        law->kind,  law->prefix,
        law->whose, law_judge(rows, law->each, laws->setup->time, law->whose, tolerance),
        tolerance,  laws->grid->cells,
        rows};
}

void laws_of_walkers(const struct laws *laws, size_t rows,
                     struct ensemble_law law[ENSEMBLE_KINDS]) {
    for (int kind = 0; kind < ENSEMBLE_KINDS; kind++)
        law[kind] = (struct ensemble_law){0};
    for (size_t k = 0; rows > 0 && k < laws_count(laws); k++) {
        const struct kind_law *l = &laws->kind[k];
        const struct law_row *last = &l->each[rows - 1];
        const struct law_verdict v = laws_result(laws, k, rows).verdict;
        law[l->kind] =
            (struct ensemble_law){l->density, fmax(last->error_ks, 0.5 * last->error_l1),
                                  v.verdict, v.ks, v.ks_error};
    }
}
