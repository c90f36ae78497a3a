/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/laws.h"
#include "grids/field.h"
#include "solver/laws/laws_parts.h"
#include "solver/transfer/masses.h"
#include <math.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- making */

static struct law_source source_of(const struct laws *laws, const struct kind_law *k) {
    return (struct law_source){laws->setup, &laws->chain, laws->sgd_steps, k->kind,
                               laws->settings->positive};
}

/* The law at snapshot 0 on these cells. */
static bool kind_law_start(struct laws *laws, struct kind_law *k, size_t finer,
                           size_t coarser, struct error *err) {
    if (!law_cells_create(&k->cells, laws, finer, coarser, err)) return false;
    for (size_t l = 0; l < k->cells.levels; l++)
        if (!grid_law_create(&k->on[l], source_of(laws, k), k->cells.level[l].grid, err))
            return err->kind == ERROR_SETTINGS
                       ? config_fail_within(err, law_key(laws, "kinds"))
                       : false;
    return true;
}

static void kind_law_stop(const struct laws *laws, struct kind_law *k) {
    for (size_t l = 0; l < LAW_LEVELS; l++)
        grid_law_finish(&k->on[l]);
    law_cells_finish(&k->cells, laws->setup->regions);
}

static bool kind_law_create(struct laws *laws, enum ensemble_kind kind, struct error *err) {
    static const char *const names[ENSEMBLE_KINDS][3] = {
        [ENSEMBLE_SGD] = {"law_sgd", "SGD", "law of SGD"},
        [ENSEMBLE_GAUSSIAN] = {"law_gaussian", "SGD with normal noise",
                               "law of SGD with normal noise"},
        [ENSEMBLE_SDE] = {"law_sde", "the SDE's chain", "law of the SDE's chain"}};
    const char *refusal = law_refusal(laws->setup, &laws->chain, kind);
    if (refusal != NULL) return config_fail(err, law_key(laws, "kinds"), "%s", refusal);
    struct kind_law *k = &laws->kind[laws->kinds++];
    k->kind = kind;
    k->prefix = names[kind][0], k->whose = names[kind][1], k->of = names[kind][2];
    if (laws->setup->model->rule != NULL && kind == ENSEMBLE_SGD)
        k->whose = "the update rule", k->of = "law of the update rule";
    k->density = array_create(laws->setup->grid->cells, sizeof *k->density, err);
    k->each = array_create(laws->setup->snapshots, sizeof *k->each, err);
    return k->density != NULL && k->each != NULL &&
           kind_law_start(laws, k, laws->finer, laws->coarser, err);
}

static bool laws_fill(struct laws *laws, struct error *err) {
    const struct setup *setup = laws->setup;
    enum ensemble_kind kind[ENSEMBLE_KINDS];
    size_t kinds;
    laws->chain = setup->spec->monte_carlo;
    if (!ensemble_kinds(setup->spec->law_node, &laws->settings->kinds, kind, &kinds, err) ||
        !law_cells_read(laws, err))
        return false;
    laws->sgd_steps = array_create(setup->snapshots, sizeof(double), err);
    double *until = array_create(model_intervals(setup->model), sizeof *until, err);
    bool good = laws->sgd_steps != NULL && until != NULL;
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
        kind_law_stop(laws, &laws->kind[k]);
        free(laws->kind[k].density);
        free(laws->kind[k].each);
    }
    free(laws->sgd_steps);
    free(laws);
}

/* ---------------------------------------------------------------- advancing */

/* Averages over the file's cells. */
static void to_file(const struct laws *laws, struct kind_law *k) {
    const struct grid *file = laws->setup->grid, *grid = k->cells.level[0].grid;
    const double *averages = k->cells.level[0].averages;
    if (k->cells.coarser > 1)
        field_prolong(grid, averages, k->cells.coarser, file, k->density);
    else
        field_restrict(grid, k->cells.finer, averages, file, k->density);
}

/* All levels to snapshot `row`, their averages, and the error. */
static bool advance(struct kind_law *k, size_t row, const struct monitor *monitor,
                    struct error *err) {
    for (size_t l = 0; l < k->cells.levels; l++) {
        const struct law_level *level = &k->cells.level[l];
        if (!grid_law_advance(&k->on[l], row, monitor, err) ||
            !masses_to_density(level->grid, grid_law_mass(&k->on[l]), level->averages, err))
            return false;
    }
    return law_error_find(k->cells.levels, k->on, &k->error, err);
}

static struct law_row row_of(const struct kind_law *k) {
    const double *mass = grid_law_mass(&k->on[0]);
    const size_t n = k->cells.level[0].grid->cells;
    return (struct law_row){.error_l1 = k->error.l1,
                            .error_ks = k->error.ks,
                            .negative = masses_negative(n, mass),
                            .mass = masses_sum(n, mass),
                            .cells = (double)n};
}

/* On twice the cells, from the start. */
static bool refine(struct laws *laws, struct kind_law *k, struct error *err) {
    const size_t finer = 2 * k->cells.finer;
    kind_law_stop(laws, k);
    return kind_law_start(laws, k, finer, 1, err);
}

bool kind_law_resume(struct laws *laws, struct kind_law *k, size_t rows,
                     struct error *err) {
    while (rows > 0 && (double)k->cells.level[0].grid->cells < k->each[rows - 1].cells)
        if (!refine(laws, k, err)) return false;
    return true;
}

bool kind_law_advance(struct laws *laws, struct kind_law *k, size_t row,
                      const struct monitor *monitor, struct error *err) {
    if (!advance(k, row, monitor, err)) return false;
    bool helps = true;
    k->each[row] = row_of(k);
    while (helps && law_cells_should_double(laws, k, row)) {
        const double before = k->error.ks;
        if (!refine(laws, k, err) || !advance(k, row, monitor, err)) return false;
        helps = k->error.ks < 0.9 * before;
        k->each[row] = row_of(k);
    }
    to_file(laws, k);
    return law_cells_set_time(&k->cells, laws->setup, laws->setup->time[row], err);
}

size_t laws_count(const struct laws *laws) {
    return laws != NULL ? laws->kinds : 0;
}

struct law_result laws_result(const struct laws *laws, size_t k, size_t rows) {
    const struct kind_law *law = &laws->kind[k];
    const double tolerance = laws->settings->tolerance;
    return (struct law_result){
        law->kind,
        law->prefix,
        law->whose,
        law_judge(rows, law->each, laws->setup->time, law->whose, tolerance),
        tolerance,
        tolerance / (laws->chosen ? 10 : 1),
        law->cells.level[0].grid->cells,
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
