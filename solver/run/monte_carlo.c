/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/monte_carlo.h"
#include "grids/field.h"
#include "solver/mc/checkpoint.h"
#include "solver/mc/count.h"
#include "solver/mc/kde.h"
#include "solver/mc/moments.h"
#include "solver/run/ensemble.h"
#include "solver/run/record.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const schemes[] = {"euler", "milstein", "heun", NULL};

#define AT(member) offsetof(struct monte_carlo_settings, member)
const struct setting monte_carlo_table[] = {
    {"walkers", SETTING_INTEGER, AT(walkers), "100000", .least = 0, .most = 4e9,
     .sentence = "Number of independent walkers of each kind; 0: none."},
    {"kinds", SETTING_TEXTS, AT(kinds), "sgd",
     .sentence = "List of sgd (the real thing; needs examples), gaussian (SGD with normal "
                 "noise, or the model's stable noise), sde (the equation's SDE)."},
    {"seed", SETTING_INTEGER, AT(seed), "1", .least = 0, .most = 9e15,
     .sentence = "Same seed, same bits."},
    {"substeps", SETTING_INTEGER, AT(substeps), "1", .least = 1, .most = 1e9,
     .sentence = "sde: steps in one SGD step."},
    {"step", SETTING_REAL, AT(step), "0", .least = 0, .most = 1e300,
     .sentence =
         "sde with drift and diffusion: time step; snapshots are moved to whole steps."},
    {"scheme", SETTING_CHOICE, AT(scheme), "euler", .choices = schemes,
     .sentence = "sde: Euler-Maruyama with the exact correction, Milstein (one variable), "
                 "or Heun."},
    {"halve", SETTING_BOOL, AT(halve), "false",
     .sentence = "sde: run half the step along the same Brownian path too and report the "
                 "weak bias."},
    {"tolerance", SETTING_REAL, AT(tolerance), "0.01", .least = 0, .most = 1, .above = true,
     .sentence = "Distance (KS) below which walkers and density count as equal."},
    {0}};
#undef AT

enum { MOST_KINDS = 3 };

/* One ensemble with what is measured on it. */
struct part {
    struct ensemble ensemble, half; /* half: only with halve */
    bool halved;
    struct kde *kde;
    struct program **region, *loss; /* of the model's regions; the loss, or NULL */
    int64_t *counts;
    double *density, *error, *z, *mass; /* [cells] */
    struct comparison *each;            /* [snapshots] */
    char *checkpoint[2];
};

struct monte_carlo {
    const struct setup *setup;
    struct monte_carlo_settings settings;
    uint64_t hash; /* of the settings, for checkpoints */
    size_t parts;
    struct part part[MOST_KINDS];
    time_t saved;
};

/* ---------------------------------------------------------------- making */

static const char *const kind_names[MOST_KINDS] = {"sgd", "gaussian", "sde"};

static bool kinds_read(const struct monte_carlo *mc, enum ensemble_kind kind[MOST_KINDS],
                       size_t *count, struct error *err) {
    const struct config_node *node = mc->setup->spec->monte_carlo_node;
    const struct texts *t = &mc->settings.kinds;
    *count = 0;
    for (size_t k = 0; k < t->count; k++) {
        size_t found = 0;
        while (found < MOST_KINDS && strcmp(kind_names[found], t->value[k]) != 0)
            found++;
        for (size_t j = 0; j < *count && found < MOST_KINDS; j++)
            if (kind[j] == (enum ensemble_kind)found)
                return config_fail(err, config_find(node, "kinds"), "'%s' stands twice",
                                   t->value[k]);
        if (found == MOST_KINDS)
            return config_fail(err, config_find(node, "kinds"),
                               "'%s'; allowed: sgd, gaussian, sde", t->value[k]);
        kind[(*count)++] = (enum ensemble_kind)found;
    }
    return *count > 0 || config_fail(err, config_find(node, "kinds"), "an empty list");
}

/* Programs of the regions' conditions and the loss, on the variables only. */
static bool observables_compile(struct part *p, const struct setup *setup,
                                struct error *err) {
    const struct config_node *node = setup->spec->analysis.regions;
    const struct model *m = setup->model;
    if (m->loss != EXPR_NONE && m->kind != MODEL_TABLE &&
        (p->loss = program_create(m->graph, &m->loss, 1, err)) == NULL)
        return false;
    if ((p->region = array_create(setup->regions, sizeof *p->region, err)) == NULL)
        return false;
    struct graph *g = setup_graph(setup->spec, NULL, err);
    bool good = g != NULL;
    for (size_t k = 0; good && k < setup->regions; k++) {
        expr e = setup_expression(node->child[k], g, err);
        good = e != EXPR_NONE && (p->region[k] = program_create(g, &e, 1, err)) != NULL;
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
           (p->kde = kde_create(setup->grid, err)) != NULL &&
           observables_compile(p, setup, err);
}

static char *checkpoint_path(const char *file, const char *prefix, const char *suffix) {
    const size_t length = strlen(file) + strlen(prefix) + strlen(suffix) + 12;
    char *path = malloc(length);
    if (path != NULL) snprintf(path, length, "%s.%s%s.walkers", file, prefix, suffix);
    return path;
}

static bool part_create(struct monte_carlo *mc, size_t k, enum ensemble_kind kind,
                        const char *file, struct error *err) {
    const struct setup *setup = mc->setup;
    struct part *p = &mc->part[k];
    struct error inner = {0};
    p->halved = mc->settings.halve && kind == ENSEMBLE_SDE;
    bool good =
        ensemble_create(&p->ensemble, setup, &mc->settings, kind, kind, false, &inner) &&
        (!p->halved ||
         ensemble_create(&p->half, setup, &mc->settings, kind, kind, true, &inner));
    if (!good) return config_fail(err, setup->spec->monte_carlo_node, "%s", inner.message);
    p->ensemble.kind_name = kind_names[kind];
    snprintf(p->ensemble.prefix, sizeof p->ensemble.prefix, k == 0 ? "mc" : "mc_%s",
             kind_names[kind]);
    p->checkpoint[0] = checkpoint_path(file, p->ensemble.prefix, "");
    p->checkpoint[1] = checkpoint_path(file, p->ensemble.prefix, "_half");
    if (p->checkpoint[0] == NULL || p->checkpoint[1] == NULL)
        return fail(err, ERROR_MEMORY, "no memory");
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
    if (mc->settings.scheme != 0 && mc->setup->model->stable.alpha > 0)
        return config_fail(err, config_find(node, "scheme"),
                           "stable noise is stepped by euler");
    if (mc->settings.scheme == 1 && mc->setup->grid->dims == 2)
        return config_fail(err, config_find(node, "scheme"),
                           "milstein is for one variable");
    return true;
}

bool monte_carlo_create(const struct setup *setup, const char *path,
                        struct monte_carlo **out, struct error *err) {
    enum ensemble_kind kind[MOST_KINDS];
    size_t kinds = 0;
    *out = NULL;
    if (setup->spec->monte_carlo_node == NULL) return true;
    struct monte_carlo *mc = array_create(1, sizeof *mc, err);
    if (mc == NULL) return false;
    mc->setup = setup;
    mc->hash = checkpoint_hash(config_text(setup->spec->config));
    mc->saved = time(NULL);
    bool good = settings_read(setup->spec->monte_carlo_node, monte_carlo_table,
                              &mc->settings, &setup->spec->evaluator, err) &&
                settings_check(mc, err) && kinds_read(mc, kind, &kinds, err);
    if (good && mc->settings.walkers == 0) kinds = 0;
    for (size_t k = 0; good && k < kinds; k++) {
        mc->parts = k + 1;
        good = part_create(mc, k, kind[k], path, err);
    }
    if (good) return *out = mc, true;
    monte_carlo_destroy(mc);
    return false;
}

static void part_finish(struct part *p, size_t regions) {
    ensemble_finish(&p->ensemble);
    ensemble_finish(&p->half);
    kde_destroy(p->kde);
    for (size_t k = 0; p->region != NULL && k < regions; k++)
        program_destroy(p->region[k]);
    program_destroy(p->loss);
    void *owned[] = {p->region, p->counts, p->density,       p->error,        p->z,
                     p->mass,   p->each,   p->checkpoint[0], p->checkpoint[1]};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++)
        free(owned[k]);
}

void monte_carlo_destroy(struct monte_carlo *mc) {
    if (mc == NULL) return;
    for (size_t k = 0; k < mc->parts; k++)
        part_finish(&mc->part[k], mc->setup->regions);
    settings_finish(monte_carlo_table, &mc->settings);
    free(mc);
}

int64_t monte_carlo_seed(const struct monte_carlo *mc) {
    return mc == NULL ? 0 : mc->settings.seed;
}

/* ---------------------------------------------------------------- fields */

/* Values with standard errors, in the order in which measure() fills them. */
static const char *const moment_names[2][4] = {
    {"mean_x", "variance_x", "skewness_x", "kurtosis_x"},
    {"mean_y", "variance_y", "skewness_y", "kurtosis_y"}};
/* What the comparison says; read back on resume. */
static const struct statistic {
    const char *name, *long_name;
    size_t offset;
} statistics[] = {
    {"ks", "KS distance of walkers and density", offsetof(struct comparison, ks)},
    {"ks_p", "p value of the KS distance", offsetof(struct comparison, ks_p)},
    {"chi2_p", "p value of chi-square", offsetof(struct comparison, chi2_p)},
    {"p_value", "p value (Holm over KS and chi-square)", offsetof(struct comparison, p)},
    {"divergence", "debiased chi-square divergence",
     offsetof(struct comparison, divergence)},
    {"divergence_bound", "its 95 % upper bound",
     offsetof(struct comparison, divergence_bound)},
    {"l1_distance", "L1 distance of walkers and density", offsetof(struct comparison, l1)},
    {"l1_floor", "L1 distance that noise alone gives",
     offsetof(struct comparison, l1_floor)},
    {"largest_z", "largest z-score of a bin", offsetof(struct comparison, z_largest)},
    {"samples", "effective number of walkers", offsetof(struct comparison, samples)},
    {"needed", "walkers needed for a verdict", offsetof(struct comparison, needed)}};
enum { STATISTICS = sizeof statistics / sizeof *statistics };

/* With absorbing ends. */
static const char *const exit_fields[][2] = {
    {"exited", "part of the walkers that met an absorbing end"},
    {"exit_time", "mean time at which they did"},
    {"exit_rate", "exits over total time at risk"},
    {"exit_rate_errors", "its standard error"}};

static void declare(const struct part *p, field_sink add, void *context,
                    enum record_kind kind, const char *label, const char *format,
                    const char *what) {
    char name[96], part[64];
    snprintf(part, sizeof part, format, what);
    snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix, part);
    add(context, kind, label, name);
}

static void declare_estimate(const struct part *p, field_sink add, void *context,
                             const char *format, const char *what) {
    char errors[64];
    snprintf(errors, sizeof errors, "%s_errors", format);
    declare(p, add, context, RECORD_KNOWN, NULL, format, what);
    declare(p, add, context, RECORD_KNOWN, NULL, errors, what);
}

void monte_carlo_fields(const struct monte_carlo *mc, const struct setup *setup,
                        field_sink add, void *context) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++) {
        const struct part *p = &mc->part[k];
        declare_estimate(p, add, context, "%s", "histogram");
        declare_estimate(p, add, context, "%s", "kde");
        declare(p, add, context, RECORD_CELLS, "z-score of the walkers against the density",
                "%s", "z_scores");
        for (int d = 0; d < setup->grid->dims; d++)
            for (int m = 0; m < 4; m++)
                declare_estimate(p, add, context, "%s", moment_names[d][m]);
        if (setup->grid->dims == 2) declare_estimate(p, add, context, "%s", "variance_xy");
        if (p->loss != NULL) declare_estimate(p, add, context, "%s", "mean_loss");
        for (size_t r = 0; r < setup->regions; r++)
            declare_estimate(p, add, context, "mass_in_%s", setup->region[r]);
        declare(p, add, context, RECORD_KNOWN, NULL, "%s", "walkers");
        for (size_t s = 0; s < STATISTICS; s++)
            declare(p, add, context, RECORD_VALUE, statistics[s].long_name, "%s",
                    statistics[s].name);
        declare(p, add, context, RECORD_INTEGER,
                "verdict: 0 agree, 1 differ, 2 cannot tell", "%s", "verdict");
        for (size_t x = 0; p->ensemble.walkers->exit_time != NULL &&
                           x < sizeof exit_fields / sizeof *exit_fields;
             x++)
            declare(p, add, context, RECORD_VALUE, exit_fields[x][1], "%s",
                    exit_fields[x][0]);
        for (int d = 0; d < setup->grid->dims && p->halved; d++) {
            declare(p, add, context, RECORD_VALUE, "weak bias of the mean",
                    "weak_bias_mean_%s", d == 0 ? "x" : "y");
            declare(p, add, context, RECORD_VALUE, "weak bias of the variance",
                    "weak_bias_variance_%s", d == 0 ? "x" : "y");
        }
    }
}

/* ---------------------------------------------------------------- measuring */

static bool put_value(const struct part *p, struct record *record, const char *format,
                      const char *what, double value, struct error *err) {
    char name[96], part[64];
    snprintf(part, sizeof part, format, what);
    snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix, part);
    return record_row_value(record, name, value, err);
}

static bool put_estimate(const struct part *p, struct record *record, const char *format,
                         const char *what, struct estimate e, struct error *err) {
    char errors[64];
    snprintf(errors, sizeof errors, "%s_errors", format);
    return put_value(p, record, format, what, e.value, err) &&
           put_value(p, record, errors, what, e.error, err);
}

static bool put_cells(const struct part *p, struct record *record, const char *what,
                      const double *values, struct error *err) {
    char name[96];
    snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix, what);
    return record_row_put(record, name, values, err);
}

static bool put_moments(struct part *p, const struct setup *setup, struct record *record,
                        struct error *err) {
    const struct walkers *w = ensemble_points(&p->ensemble);
    struct estimate e;
    for (int d = 0; d < setup->grid->dims; d++) {
        struct sample_moments m;
        if (!moments_estimate(w, d, &m, err)) return false;
        const struct estimate four[4] = {m.mean, m.variance, m.skewness, m.kurtosis};
        for (int k = 0; k < 4; k++)
            if (!put_estimate(p, record, "%s", moment_names[d][k], four[k], err))
                return false;
    }
    if (setup->grid->dims == 2 && !(moments_covariance(w, &e, err) &&
                                    put_estimate(p, record, "%s", "variance_xy", e, err)))
        return false;
    if (p->loss != NULL &&
        !(moments_of_function(w, &(struct walkers_function){.program = p->loss}, &e, err) &&
          put_estimate(p, record, "%s", "mean_loss", e, err)))
        return false;
    for (size_t r = 0; r < setup->regions; r++)
        if (!moments_region(w, &(struct walkers_function){.program = p->region[r]}, &e,
                            err) ||
            !put_estimate(p, record, "mass_in_%s", setup->region[r], e, err))
            return false;
    return true;
}

/* Walkers that met an absorbing end so far, and when, on the mean. */
static bool put_exits(struct part *p, struct record *record, struct error *err) {
    struct exits x;
    uint64_t exits = 0;
    if (p->ensemble.walkers->exit_time == NULL) return true;
    if (!moments_exits(p->ensemble.walkers, &x, err)) return false;
    for (int d = 0; d < 2; d++)
        for (int end = 0; end < 2; end++)
            exits += x.absorbed[d][end];
    const double part = (double)exits / (double)p->ensemble.walkers->count;
    return put_value(p, record, "%s", "exited", part, err) &&
           put_value(p, record, "%s", "exit_time", x.time.value, err) &&
           put_value(p, record, "%s", "exit_rate", x.rate.value, err) &&
           put_value(p, record, "%s", "exit_rate_errors", x.rate.error, err);
}

static bool put_weak_bias(struct part *p, const struct setup *setup, struct record *record,
                          struct error *err) {
    for (int d = 0; d < setup->grid->dims && p->halved; d++) {
        struct weak_bias b;
        const char *axis = d == 0 ? "x" : "y";
        if (!moments_weak_bias(p->half.walkers, p->ensemble.walkers, d, &b, err))
            return false;
        /* weak order 1: the full step's bias is -2 times the difference to the half step's
         */
        if (!put_value(p, record, "weak_bias_mean_%s", axis, -2 * b.mean.value, err) ||
            !put_value(p, record, "weak_bias_variance_%s", axis, -2 * b.variance.value,
                       err))
            return false;
    }
    return true;
}

static bool put_densities(struct part *p, const struct setup *setup, struct record *record,
                          struct error *err) {
    const uint64_t count = p->ensemble.walkers->count;
    struct tally tally;
    const struct walkers *points = ensemble_points(&p->ensemble);
    if (!count_on_grid(points, setup->grid, p->counts, &tally, err)) return false;
    count_density(setup->grid, p->counts, count, p->density, p->error);
    if (!put_cells(p, record, "histogram", p->density, err) ||
        !put_cells(p, record, "histogram_errors", p->error, err))
        return false;
    if (!put_value(p, record, "%s", "walkers", (double)tally.inside, err)) return false;
    if (tally.inside > 0) {
        if (!kde_fit(p->kde, points, err)) return false;
        kde_density(p->kde, p->density, p->error);
    }
    return put_cells(p, record, "kde", p->density, err) &&
           put_cells(p, record, "kde_errors", p->error, err);
}

static bool put_comparison(struct part *p, const struct setup *setup, size_t row,
                           double tolerance, const double *density, struct record *record,
                           struct error *err) {
    const struct grid *grid = setup->grid;
    struct comparison *c = &p->each[row];
    for (size_t k = 0; k < grid->cells; k++)
        p->mass[k] = density[k] * grid->volume[k];
    if (!compare_with_density(grid, p->counts, p->ensemble.walkers->count, p->mass,
                              tolerance, p->z, c, err))
        return false;
    if (!put_cells(p, record, "z_scores", p->z, err)) return false;
    for (size_t s = 0; s < STATISTICS; s++)
        if (!put_value(p, record, "%s", statistics[s].name,
                       *(const double *)((const char *)c + statistics[s].offset), err))
            return false;
    char name[96];
    snprintf(name, sizeof name, "%s_verdict", p->ensemble.prefix);
    return record_row_integer(record, name, c->verdict, err);
}

bool monte_carlo_snapshot(struct monte_carlo *mc, size_t row, const double *density,
                          struct record *record, const struct monitor *monitor,
                          struct error *err) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++) {
        struct part *p = &mc->part[k];
        if (!ensemble_advance(&p->ensemble, row, monitor, err)) return false;
        if (p->halved && !ensemble_advance(&p->half, row, monitor, err)) return false;
        if (!put_densities(p, mc->setup, record, err) ||
            !put_moments(p, mc->setup, record, err) ||
            !put_weak_bias(p, mc->setup, record, err) || !put_exits(p, record, err) ||
            !put_comparison(p, mc->setup, row, mc->settings.tolerance, density, record,
                            err))
            return false;
    }
    const time_t now = time(NULL);
    if (mc == NULL || now - mc->saved < 60) return true;
    mc->saved = now;
    return monte_carlo_save(mc, err);
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
            remove(mc->part[k].checkpoint[h]);
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
        char name[96];
        for (size_t row = 0; row < rows; row++) {
            double verdict;
            for (size_t s = 0; s < STATISTICS; s++) {
                snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix,
                         statistics[s].name);
                if (!record_read_row(
                        record, name, row,
                        (double *)((char *)&p->each[row] + statistics[s].offset), err))
                    return false;
            }
            snprintf(name, sizeof name, "%s_verdict", p->ensemble.prefix);
            if (!record_read_row(record, name, row, &verdict, err)) return false;
            p->each[row].verdict = (enum verdict)verdict;
            p->each[row].delta = mc->settings.tolerance;
        }
        walkers_restore(&p->ensemble, p->checkpoint[0], mc->hash, rows,
                        mc->setup->snapshots);
        if (p->halved)
            walkers_restore(&p->half, p->checkpoint[1], mc->hash, rows,
                            mc->setup->snapshots);
    }
    return true;
}

/* ---------------------------------------------------------------- results */

bool monte_carlo_results(const struct monte_carlo *mc, size_t rows, struct record *record,
                         struct error *err) {
    for (size_t k = 0; mc != NULL && k < mc->parts && rows > 0; k++) {
        const struct part *p = &mc->part[k];
        struct comparison_summary s;
        char name[96];
        if (!compare_summarise(rows, p->each, &s, err)) return false;
        const struct {
            const char *name, *text;
        } text[] = {{"kind", p->ensemble.kind_name},
                    {"verdict", verdict_name(s.verdict)},
                    {"verdict_sentence", s.sentence}};
        for (size_t t = 0; t < sizeof text / sizeof *text; t++) {
            snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix, text[t].name);
            if (!record_attribute_text(record, "/", name, text[t].text, err)) return false;
        }
        snprintf(name, sizeof name, "%s_walkers", p->ensemble.prefix);
        if (!record_attribute_integer(record, "/", name, mc->settings.walkers, err))
            return false;
        const struct {
            const char *name;
            double value;
        } real[] = {
            {"tolerance", mc->settings.tolerance},
            {"alpha", p->ensemble.kind == ENSEMBLE_SDE ? mc->setup->model->alpha : 0}};
        for (size_t v = 0; v < sizeof real / sizeof *real; v++) {
            snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix, real[v].name);
            if (!record_attribute_real(record, "/", name, real[v].value, err)) return false;
        }
    }
    return true;
}

void monte_carlo_print(const struct monte_carlo *mc, size_t rows, void *stream) {
    for (size_t k = 0; mc != NULL && k < mc->parts && rows > 0; k++) {
        const struct part *p = &mc->part[k];
        struct comparison_summary s;
        struct error ignored;
        if (!compare_summarise(rows, p->each, &s, &ignored)) continue;
        fprintf(stream, "  %lld walkers (%s), all snapshots: %s\n",
                (long long)mc->settings.walkers, p->ensemble.kind_name, s.sentence);
        const struct comparison *last = &p->each[rows - 1];
        fprintf(stream, "    at the end: %s (KS distance %.2g, p %.2g)\n",
                verdict_name(last->verdict), last->ks, last->p);
    }
}
