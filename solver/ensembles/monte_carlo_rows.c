/* SPDX-License-Identifier: GPL-3.0-or-later
 * The walkers' fields in the file: which there are, and one row of them. */
#include "grids/field.h"
#include "solver/ensembles/monte_carlo_parts.h"
#include "solver/file/record.h"
#include "solver/mc/count.h"
#include "solver/mc/moments.h"
#include <math.h>
#include <stdio.h>
#include <time.h>

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
        if (mc->loss != NULL) declare_estimate(p, add, context, "%s", "mean_loss");
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

static const char none_left[] = "fewer than two walkers are left on the grid",
                  one_place[] = "the walkers stand in one place, which has no shape",
                  no_exits[] = "no walker has met an absorbing end yet",
                  no_time[] = "no time has passed in which walkers could leave";

static bool put_value(const struct part *p, struct record *record, const char *format,
                      const char *what, double value, struct error *err) {
    char name[96], part[64];
    snprintf(part, sizeof part, format, what);
    snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix, part);
    return record_row_value(record, name, value, err);
}

/* The same where there may be no value: why it is missing then. */
static bool put_or(const struct part *p, struct record *record, const char *format,
                   const char *what, double value, const char *why, struct error *err) {
    char name[96], part[64];
    if (why == NULL || isfinite(value))
        return put_value(p, record, format, what, value, err);
    snprintf(part, sizeof part, format, what);
    snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix, part);
    return record_row_fill(record, name, why, err);
}

static bool put_estimate(const struct part *p, struct record *record, const char *format,
                         const char *what, struct estimate e, const char *why,
                         struct error *err) {
    char errors[64];
    snprintf(errors, sizeof errors, "%s_errors", format);
    return put_or(p, record, format, what, e.value, why, err) &&
           put_or(p, record, errors, what, e.error, why, err);
}

static bool put_cells(const struct part *p, struct record *record, const char *what,
                      const double *values, struct error *err) {
    char name[96];
    snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix, what);
    return record_row_put(record, name, values, err);
}

static bool put_moments(const struct monte_carlo *mc, const struct part *p,
                        struct record *record, struct error *err) {
    const struct setup *setup = mc->setup;
    const struct walkers *w = ensemble_points(&p->ensemble);
    struct estimate e;
    const char *why = NULL;
    for (int d = 0; d < setup->grid->dims; d++) {
        struct sample_moments m;
        if (!moments_estimate(w, d, &m, err)) return false;
        why = m.count < 2 ? none_left : NULL;
        const char *no_shape = m.spread ? why : one_place;
        const struct estimate four[4] = {m.mean, m.variance, m.skewness, m.kurtosis};
        for (int k = 0; k < 4; k++)
            if (!put_estimate(p, record, "%s", moment_names[d][k], four[k],
                              k == 0 ? why : no_shape, err))
                return false;
    }
    if (setup->grid->dims == 2 &&
        !(moments_covariance(w, &e, err) &&
          put_estimate(p, record, "%s", "variance_xy", e, why, err)))
        return false;
    if (mc->loss != NULL &&
        !(moments_of_function(w, &(struct walkers_function){.program = mc->loss}, &e,
                              err) &&
          put_estimate(p, record, "%s", "mean_loss", e, why, err)))
        return false;
    for (size_t r = 0; r < setup->regions; r++)
        if (!moments_region(w, &(struct walkers_function){.program = mc->region[r]}, &e,
                            err) ||
            !put_estimate(p, record, "mass_in_%s", setup->region[r], e, NULL, err))
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
           put_or(p, record, "%s", "exit_time", x.time.value, exits > 0 ? NULL : no_exits,
                  err) &&
           put_estimate(p, record, "%s", "exit_rate", x.rate,
                        p->ensemble.walkers->time > 0 ? NULL : no_time, err);
}

static bool put_weak_bias(struct part *p, const struct setup *setup, struct record *record,
                          struct error *err) {
    for (int d = 0; d < setup->grid->dims && p->halved; d++) {
        struct weak_bias b;
        const char *axis = d == 0 ? "x" : "y";
        if (!moments_weak_bias(p->half.walkers, p->ensemble.walkers, d, &b, err))
            return false;
        /* weak order 1: the full step's bias is -2 times the difference to the half
         * step's */
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

bool part_read_comparison(struct part *p, const struct record *record, size_t row,
                          double tolerance, struct error *err) {
    struct comparison *c = &p->each[row];
    char name[96];
    for (size_t s = 0; s < STATISTICS; s++) {
        snprintf(name, sizeof name, "%s_%s", p->ensemble.prefix, statistics[s].name);
        if (!record_read_row(record, name, row,
                             (double *)((char *)c + statistics[s].offset), err))
            return false;
    }
    double verdict;
    snprintf(name, sizeof name, "%s_verdict", p->ensemble.prefix);
    if (!record_read_row(record, name, row, &verdict, err)) return false;
    if (!(verdict >= VERDICT_AGREE && verdict <= VERDICT_CANNOT_TELL))
        return fail(err, ERROR_FILE, "'%s' is %g in row %zu, which is no verdict", name,
                    verdict, row);
    c->verdict = (enum verdict)verdict;
    c->delta = tolerance;
    return true;
}

bool monte_carlo_snapshot(struct monte_carlo *mc, size_t row, const double *density,
                          struct record *record, const struct monitor *monitor,
                          struct error *err) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++) {
        struct part *p = &mc->part[k];
        if (!ensemble_advance(&p->ensemble, row, monitor, err)) return false;
        if (p->halved && !ensemble_advance(&p->half, row, monitor, err)) return false;
        if (!put_densities(p, mc->setup, record, err) || !put_moments(mc, p, record, err) ||
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
