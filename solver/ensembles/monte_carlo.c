/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/ensembles/monte_carlo.h"
#include "solver/ensembles/monte_carlo_parts.h"
#include "solver/file/record.h"
#include "solver/mc/checkpoint.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FEW_WALKERS = 1000 }; /* of a check */

/* ---------------------------------------------------------------- making */

/* Programs of the regions' conditions and the loss, on the variables only. */
static bool observables_compile(struct monte_carlo *mc, struct error *err) {
    const struct setup *setup = mc->setup;
    const struct config_node *node = setup->spec->analysis.regions;
    const struct model *m = setup->model;
    if (m->loss != EXPR_NONE && m->kind != MODEL_TABLE &&
        (mc->loss = program_create(m->graph, &m->loss, 1, err)) == NULL)
        return false;
    if ((mc->region = array_create(setup->regions, sizeof *mc->region, err)) == NULL)
        return false;
    struct graph *g = setup_graph(setup->spec, NULL, err);
    bool good = g != NULL;
    for (size_t k = 0; good && k < setup->regions; k++) {
        expr e = setup_expression(node->child[k], g, err);
        good = e != EXPR_NONE && (mc->region[k] = program_create(g, &e, 1, err)) != NULL;
    }
    graph_destroy(g);
    return good;
}

static bool part_arrays(struct part *p, const struct setup *setup, struct error *err) {
    const size_t n = setup->grid->cells;
    return (p->counts = array_create(n, sizeof *p->counts, err)) != NULL &&
           (p->density = array_create(n, sizeof(double), err)) != NULL &&
           (p->error = array_create(n, sizeof(double), err)) != NULL &&
           (p->z = array_create(n, sizeof(double), err)) != NULL &&
           (p->mass = array_create(n, sizeof(double), err)) != NULL &&
           (p->each = array_create(setup->snapshots, sizeof *p->each, err)) != NULL &&
           (p->own = array_create(setup->snapshots, sizeof *p->own, err)) != NULL &&
           (p->kde = kde_create(setup->grid, err)) != NULL;
}

static char *checkpoint_path(const char *file, const char *prefix, const char *suffix,
                             struct error *err) {
    const size_t length = strlen(file) + strlen(prefix) + strlen(suffix) + 12;
    char *path = array_create(length, 1, err);
    if (path != NULL) snprintf(path, length, "%s.%s%s.walkers", file, prefix, suffix);
    return path;
}

static const char *const kind_labels[ENSEMBLE_KINDS] = {
    [ENSEMBLE_SGD] = "SGD ", [ENSEMBLE_GAUSSIAN] = "gaussian ", [ENSEMBLE_SDE] = "SDE "};

static bool wants_law(const struct spec *spec, enum ensemble_kind kind) {
    const struct texts *kinds = &spec->law.kinds;
    for (size_t k = 0; spec->law_node != NULL && k < kinds->count; k++)
        if (strcmp(kinds->value[k], ensemble_kind_name(kind)) == 0) return true;
    return false;
}

static bool part_create(struct monte_carlo *mc, size_t k, enum ensemble_kind kind,
                        const char *file, struct error *err) {
    const struct setup *setup = mc->setup;
    struct part *p = &mc->part[k];
    p->halved = mc->settings.halve && kind == ENSEMBLE_SDE;
    p->has_law = wants_law(setup->spec, kind);
    bool good =
        ensemble_create(&p->ensemble, setup, &mc->settings, kind, kind, false, err) &&
        (!p->halved ||
         ensemble_create(&p->half, setup, &mc->settings, kind, kind, true, err));
    if (!good) return config_fail_within(err, setup->spec->monte_carlo_node);
    p->ensemble.kind_name = ensemble_kind_name(kind);
    snprintf(p->ensemble.prefix, sizeof p->ensemble.prefix, k == 0 ? "mc" : "mc_%s",
             ensemble_kind_name(kind));
    snprintf(p->whose, sizeof p->whose, "%s%s", k == 0 ? "" : kind_labels[kind], "walkers");
    p->checkpoint[0] = checkpoint_path(file, p->ensemble.prefix, "", err);
    p->checkpoint[1] = checkpoint_path(file, p->ensemble.prefix, "_half", err);
    if (p->checkpoint[0] == NULL || p->checkpoint[1] == NULL) return false;
    return part_arrays(p, setup, err);
}

static bool settings_check(const struct monte_carlo *mc, struct error *err) {
    const struct config_node *node = mc->setup->spec->monte_carlo_node;
    if (mc->settings.walkers == 1)
        return config_fail(err, config_find(node, "walkers"),
                           "1 has no standard error; allowed: 0 (none) or 2 and more");
    if (mc->setup->model->kind == MODEL_DRIFT && !(mc->settings.step > 0))
        return config_fail(
            err, node,
            "missing key 'step': a model of drift and diffusion has no steps of its own");
    if (mc->setup->model->kind != MODEL_DRIFT && mc->settings.step > 0)
        return config_fail(
            err, config_find(node, "step"),
            "goes with drift and diffusion; here steps are SGD steps / substeps");
    if (mc->settings.scheme != 0 && model_has_stable_noise(mc->setup->model))
        return config_fail(err, config_find(node, "scheme"),
                           "stable noise is stepped by euler");
    if (mc->settings.scheme == 1 && mc->setup->grid->dims == 2)
        return config_fail(err, config_find(node, "scheme"),
                           "milstein is for one variable");
    return true;
}

/* most: of walkers, however many the settings say. */
static bool create(const struct setup *setup, const char *path, int64_t most,
                   struct monte_carlo **out, struct error *err) {
    enum ensemble_kind kind[ENSEMBLE_KINDS];
    size_t kinds = 0;
    *out = NULL;
    if (setup->spec->monte_carlo_node == NULL) return true;
    struct monte_carlo *mc = array_create(1, sizeof *mc, err);
    if (mc == NULL) return false;
    mc->setup = setup;
    mc->temperature = setup_has_protocol(setup) ? setup_temperature(setup) : (double)NAN;
    mc->hash = checkpoint_hash(config_text(setup->spec->config));
    mc->saved = time(NULL);
    mc->settings = setup->spec->monte_carlo;
    bool good =
        mc->settings.walkers == 0 ||
        (settings_check(mc, err) && ensemble_kinds(setup->spec->monte_carlo_node,
                                                   &mc->settings.kinds, kind, &kinds, err));
    good = good && (kinds == 0 || observables_compile(mc, err));
    if (mc->settings.walkers > most) mc->settings.walkers = most;
    for (size_t k = 0; good && k < kinds; k++) {
        mc->parts = k + 1;
        good = part_create(mc, k, kind[k], path, err);
    }
    if (good) return *out = mc, true;
    monte_carlo_destroy(mc);
    return false;
}

bool monte_carlo_create(const struct setup *setup, const char *path,
                        struct monte_carlo **out, struct error *err) {
    return create(setup, path, INT64_MAX, out, err);
}

bool monte_carlo_check(const struct setup *setup, struct error *err) {
    struct monte_carlo *mc;
    const bool good = create(setup, "", FEW_WALKERS, &mc, err);
    monte_carlo_destroy(mc);
    return good;
}

static void part_finish(struct part *p) {
    ensemble_finish(&p->ensemble);
    ensemble_finish(&p->half);
    kde_destroy(p->kde);
    void *owned[] = {p->counts, p->density,       p->error,         p->z,  p->mass,
                     p->each,   p->checkpoint[0], p->checkpoint[1], p->own};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++)
        free(owned[k]);
}

void monte_carlo_destroy(struct monte_carlo *mc) {
    if (mc == NULL) return;
    for (size_t k = 0; k < mc->parts; k++)
        part_finish(&mc->part[k]);
    for (size_t k = 0; mc->region != NULL && k < mc->setup->regions; k++)
        program_destroy(mc->region[k]);
    free(mc->region);
    program_destroy(mc->loss);
    free(mc);
}

int64_t monte_carlo_seed(const struct monte_carlo *mc) {
    return mc == NULL ? 0 : mc->settings.seed;
}

/* ---------------------------------------------------------------- checkpoints */

bool monte_carlo_save(struct monte_carlo *mc, struct error *err) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++) {
        const struct part *p = &mc->part[k];
        if (!checkpoint_save(p->checkpoint[0], p->ensemble.walkers, mc->hash, err))
            return false;
        if (p->halved && !checkpoint_save(p->checkpoint[1], p->half.walkers, mc->hash, err))
            return false;
    }
    return true;
}

void monte_carlo_forget(struct monte_carlo *mc) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++)
        for (int h = 0; h < 2; h++)
            checkpoint_remove(mc->part[k].checkpoint[h]);
}

/* A checkpoint serves when it is not beyond the first row that is still wanted; without one
 * the walkers start anew, and come to the same bits. */
static void walkers_restore(struct ensemble *e, const char *path, uint64_t hash,
                            size_t rows, size_t snapshots) {
    struct error ignored;
    struct walkers *w = checkpoint_load(path, hash, &ignored);
    const bool useful = w != NULL && w->count == e->walkers->count &&
                        (rows >= snapshots || w->step <= ensemble_steps_at(e, rows));
    if (useful)
        walkers_destroy(e->walkers), e->walkers = w;
    else
        walkers_destroy(w);
}

bool monte_carlo_resume(struct monte_carlo *mc, size_t rows, const struct record *record,
                        struct error *err) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++) {
        struct part *p = &mc->part[k];
        for (size_t row = 0; row < rows; row++)
            if (!part_read_comparison(p, record, row, mc->settings.tolerance, err))
                return false;
        walkers_restore(&p->ensemble, p->checkpoint[0], mc->hash, rows,
                        mc->setup->snapshots);
        if (p->halved)
            walkers_restore(&p->half, p->checkpoint[1], mc->hash, rows,
                            mc->setup->snapshots);
    }
    return true;
}

/* ---------------------------------------------------------------- results */

/* What the attributes of one kind come from. */
struct judged {
    const struct monte_carlo *mc;
    const struct part *part;
    struct comparison_summary summary, own; /* own: against the law of their process */
};

static const char *kind_text(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct judged *j = of;
    (void)room;
    return j->part->ensemble.kind_name;
}

static const char *verdict_text(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct judged *j = of;
    (void)room;
    return verdict_name(j->summary.verdict);
}

static const char *sentence_text(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct judged *j = of;
    (void)room;
    return j->summary.sentence;
}

static bool has_law(const void *of) {
    const struct judged *j = of;
    return j->part->has_law;
}

static const char *law_text(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct judged *j = of;
    (void)room;
    return j->own.sentence;
}

static const char *cause_text(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct judged *j = of;
    (void)room;
    return j->part->cause;
}

static int64_t walkers_count(const void *of) {
    const struct judged *j = of;
    return j->mc->settings.walkers;
}

static double tolerance(const void *of) {
    const struct judged *j = of;
    return j->mc->settings.tolerance;
}

static double interpretation(const void *of) {
    const struct judged *j = of;
    return j->part->ensemble.kind == ENSEMBLE_SDE ? j->mc->setup->model->alpha : 0;
}

/* clang-format off */
static const struct attribute attributes[] = {
    {.name = "kind", .sentence = "walkers: sgd, gaussian or sde", .text = kind_text},
    {.name = "verdict", .sentence = "walkers: the verdict over all snapshots", .text = verdict_text},
    {.name = "verdict_sentence", .sentence = "the verdict with its numbers", .text = sentence_text},
    {.name = "cause", .sentence = "what a difference comes from; empty: there is none", .text = cause_text},
    {.name = "law_sentence", .sentence = "whether they follow the law of their own process, where that is computed", .present = has_law, .text = law_text},
    {.name = "walkers", .sentence = "how many set out", .integer = walkers_count},
    {.name = "tolerance", .sentence = "the KS distance wanted", .real = tolerance},
    {.name = "alpha", .sentence = "the interpretation of their steps", .real = interpretation},
};
/* clang-format on */
const struct attribute_table monte_carlo_attributes = {attributes, sizeof attributes /
                                                                       sizeof *attributes};

bool monte_carlo_results(const struct monte_carlo *mc, size_t rows, struct record *record,
                         struct error *err) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++) {
        const struct part *p = &mc->part[k];
        struct judged judged = {.mc = mc, .part = p};
        if (!part_summary(p, mc->setup, rows, &judged.summary, err) ||
            !part_own_law(p, rows, &judged.own, err))
            return false;
        if (!attributes_put(&monte_carlo_attributes, &judged, p->ensemble.prefix, false,
                            record, err))
            return false;
    }
    return true;
}

void monte_carlo_print(const struct monte_carlo *mc, size_t rows, void *stream) {
    for (size_t k = 0; mc != NULL && k < mc->parts && rows > 0; k++) {
        const struct part *p = &mc->part[k];
        struct comparison_summary s, own;
        struct error ignored;
        if (!part_summary(p, mc->setup, rows, &s, &ignored) ||
            !part_own_law(p, rows, &own, &ignored))
            continue;
        fprintf(stream, "  %lld walkers (%s), all snapshots: %s\n",
                (long long)mc->settings.walkers, p->ensemble.kind_name, s.sentence);
        const struct comparison *last = &p->each[rows - 1];
        char p_text[COMPARE_P_TEXT];
        fprintf(stream, "    at the end: %s (KS distance %.2g, %s)\n",
                verdict_name(last->verdict), last->ks, compare_p_text(last->p, p_text));
        if (p->has_law && rows > 1) fprintf(stream, "    %s\n", own.sentence);
        if (p->cause[0] != '\0') fprintf(stream, "    cause: %s\n", p->cause);
    }
}
