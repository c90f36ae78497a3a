/* SPDX-License-Identifier: GPL-3.0-or-later
 * The walkers' quantities in the file: which there are, and one row of them. */
#include "grids/field.h"
#include "solver/analysis/quantities.h"
#include "solver/ensembles/monte_carlo_parts.h"
#include "solver/file/record.h"
#include "solver/mc/count.h"
#include "solver/mc/moments.h"
#include <math.h>
#include <stddef.h>
#include <time.h>

/* ---------------------------------------------------------------- the tables */

/* What one kind of walkers shows at a snapshot, besides the twins of what the density has. */
struct findings {
    double inside;                     /* walkers in the grid */
    struct comparison comparison, own; /* with the density; with the law of the process */
    double verdict, own_verdict;       /* of these */
    struct exits exits;
    double exited;                         /* part of the walkers */
    double bias_mean[2], bias_variance[2]; /* by dimension */
};

static bool absorbs(const struct part *p) {
    return p->ensemble.walkers->exit_time != NULL;
}

static bool has_law(const struct part *p) {
    return p->has_law;
}

static bool is_halved(const struct part *p) {
    return p->halved;
}

static const char *no_exits(const struct part *p, const struct findings *f) {
    const struct walkers_model *m = p->ensemble.model;
    const bool kills = m->sinks != NULL && m->sinks->rate[SINK_KILLING] != NULL,
               ends = walkers_axis_absorbs(m, 0) ||
                      (m->dims == 2 && walkers_axis_absorbs(m, 1));
    if (f->exited > 0) return NULL;
    return !kills ? "no walker has met an absorbing end yet"
           : ends ? "no walker has met an absorbing end or been killed yet"
                  : "no walker has been killed yet";
}

static const char *no_time(const struct part *p, const struct findings *f) {
    (void)f;
    return p->ensemble.walkers->time > 0
               ? NULL
               : "no time has passed in which walkers could leave";
}

static const char *none_left(const struct part *p, const struct findings *f) {
    (void)p, (void)f;
    return "no walker is left on the grid";
}

static const char starts_at_point[] =
    "all walkers start at one point, which density and law have in the cells around it";

/* A comparison that was not made. */
static const char *not_compared(const struct part *p, const struct findings *f) {
    (void)p;
    return isnan(f->comparison.ks) ? starts_at_point : NULL;
}

/* clang-format off */
static const struct quantity
    histogram = {"histogram", {RECORD_CELLS, RECORD_CELLS}, {-1, -1, 0}, "histogram of the density", NULL, NULL},
    kde = {"kde", {RECORD_CELLS, RECORD_CELLS}, {-1, -1, 0}, "kernel estimate of the density", NULL, NULL},
    z_scores = {"z_scores", {RECORD_CELLS, RECORD_CELLS}, {0, 0, 0}, "z-score of the walkers against the density", NULL, NULL};

/* In the order of the file. member: a double of struct findings; twin: the label says whose it is;
 * restored: read again when a run is resumed. */
static const struct number_row {
    struct quantity quantity;
    size_t member;
    bool twin, restored;
    bool (*present)(const struct part *);                               /* NULL: always */
    const char *(*missing)(const struct part *, const struct findings *); /* why it is not finite, where it is not; or NULL */
} numbers[] = {
    {{"walkers", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "walkers inside the grid", NULL, NULL}, .member = offsetof(struct findings, inside), .twin = true},
    {{"ks", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "KS distance of walkers and density", NULL, NULL}, .member = offsetof(struct findings, comparison.ks), .restored = true, .missing = not_compared},
    {{"ks_p", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "p value of the KS distance", NULL, NULL}, .member = offsetof(struct findings, comparison.ks_p), .restored = true, .missing = not_compared},
    {{"chi2_p", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "p value of chi-square", NULL, NULL}, .member = offsetof(struct findings, comparison.chi2_p), .restored = true, .missing = not_compared},
    {{"p_value", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "p value (Holm over KS and chi-square)", NULL, NULL}, .member = offsetof(struct findings, comparison.p), .restored = true, .missing = not_compared},
    {{"divergence", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "debiased chi-square divergence", NULL, NULL}, .member = offsetof(struct findings, comparison.divergence), .restored = true, .missing = not_compared},
    {{"divergence_bound", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "its 95 % upper bound", NULL, NULL}, .member = offsetof(struct findings, comparison.divergence_bound), .restored = true, .missing = not_compared},
    {{"l1_distance", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "L1 distance of walkers and density", NULL, NULL}, .member = offsetof(struct findings, comparison.l1), .restored = true, .missing = not_compared},
    {{"l1_floor", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "L1 distance that noise alone gives", NULL, NULL}, .member = offsetof(struct findings, comparison.l1_floor), .restored = true, .missing = not_compared},
    {{"largest_z", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "largest z-score of a bin", NULL, NULL}, .member = offsetof(struct findings, comparison.z_largest), .restored = true, .missing = not_compared},
    {{"samples", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "effective number of walkers", NULL, NULL}, .member = offsetof(struct findings, comparison.samples), .restored = true, .missing = not_compared},
    {{"needed", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "walkers needed for a verdict", NULL, NULL}, .member = offsetof(struct findings, comparison.needed), .restored = true, .missing = not_compared},
    {{"verdict", {RECORD_INTEGER, RECORD_INTEGER}, {0, 0, 0}, "verdict: 0 agree, 1 differ, 2 cannot tell", NULL, NULL}, .member = offsetof(struct findings, verdict), .restored = true},
    {{"law_ks", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "KS distance of walkers and the law of their process", NULL, NULL}, .member = offsetof(struct findings, own.ks), .present = has_law, .restored = true, .missing = not_compared},
    {{"law_chi2_p", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "p value of chi-square against the law of their process", NULL, NULL}, .member = offsetof(struct findings, own.chi2_p), .present = has_law, .restored = true, .missing = not_compared},
    {{"law_p_value", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "p value (Holm over KS and chi-square) against the law of their process", NULL, NULL}, .member = offsetof(struct findings, own.p), .present = has_law, .restored = true, .missing = not_compared},
    {{"law_verdict", {RECORD_INTEGER, RECORD_INTEGER}, {0, 0, 0}, "walkers and the law of their process: 1 differ, else not known to", NULL, NULL}, .member = offsetof(struct findings, own_verdict), .present = has_law, .restored = true},
    {{"exited", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "part of the walkers that met an absorbing end or were killed", NULL, NULL}, .member = offsetof(struct findings, exited), .present = absorbs},
    {{"exit_time", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 1}, "mean time at which they did", NULL, NULL}, .member = offsetof(struct findings, exits.time.value), .present = absorbs, .missing = no_exits},
    {{"exit_rate", {RECORD_VALUE, RECORD_VALUE}, {0, 0, -1}, "exits over total time at risk", NULL, NULL}, .member = offsetof(struct findings, exits.rate.value), .present = absorbs, .missing = no_time},
    {{"exit_rate_errors", {RECORD_VALUE, RECORD_VALUE}, {0, 0, -1}, "its standard error", NULL, NULL}, .member = offsetof(struct findings, exits.rate.error), .present = absorbs, .missing = no_time},
    {{"weak_bias_mean_x", {RECORD_VALUE, RECORD_VALUE}, {1, 0, 0}, "weak bias of the mean", NULL, NULL}, .member = offsetof(struct findings, bias_mean[0]), .present = is_halved, .missing = none_left},
    {{"weak_bias_variance_x", {RECORD_VALUE, RECORD_VALUE}, {2, 0, 0}, "weak bias of the variance", NULL, NULL}, .member = offsetof(struct findings, bias_variance[0]), .present = is_halved, .missing = none_left},
    {{"weak_bias_mean_y", {RECORD_NONE, RECORD_VALUE}, {0, 1, 0}, "weak bias of the mean", NULL, NULL}, .member = offsetof(struct findings, bias_mean[1]), .present = is_halved, .missing = none_left},
    {{"weak_bias_variance_y", {RECORD_NONE, RECORD_VALUE}, {0, 2, 0}, "weak bias of the variance", NULL, NULL}, .member = offsetof(struct findings, bias_variance[1]), .present = is_halved, .missing = none_left},
};
/* clang-format on */
enum { NUMBERS = sizeof numbers / sizeof *numbers };

const struct quantity *monte_carlo_quantity(size_t k) {
    static const struct quantity *const cells[] = {&histogram, &kde, &z_scores};
    return k < 3 ? cells[k] : k - 3 < NUMBERS ? &numbers[k - 3].quantity : NULL;
}

/* ---------------------------------------------------------------- declared */

struct declaring {
    const struct sample *sample;
    struct quantity_of of;
    field_sink add;
    void *context;
};

static void declare_estimate(const struct declaring *d, const struct quantity *q,
                             const char *region) {
    struct quantity_of of = d->of;
    of.region = region;
    d->add(d->context, q, of);
    of.errors = quantity_standard_error;
    d->add(d->context, q, of);
}

static bool declare_twin(void *context, const struct run_quantity *q, size_t i,
                         const char *region, struct error *err) {
    const struct declaring *d = context;
    (void)i, (void)err;
    if (q->sampled == NULL || q->sampled(d->sample))
        declare_estimate(d, &q->quantity, region);
    return true;
}

static bool is_there(const struct number_row *row, const struct part *p, int dims) {
    return row->quantity.kind[dims - 1] != RECORD_NONE &&
           (row->present == NULL || row->present(p));
}

static struct sample sample_of(const struct monte_carlo *mc, const struct part *p) {
    return (struct sample){.walkers = ensemble_points(&p->ensemble),
                           .loss = mc->loss,
                           .temperature = mc->temperature,
                           .region = mc->region};
}

static void declare_part(const struct monte_carlo *mc, const struct part *p, field_sink add,
                         void *context) {
    const struct sample sample = sample_of(mc, p);
    const struct quantity_of twin = {.prefix = p->ensemble.prefix, .whose = p->whose},
                             own = {.prefix = p->ensemble.prefix};
    struct declaring d = {&sample, twin, add, context};
    struct error none;
    declare_estimate(&d, &histogram, NULL);
    declare_estimate(&d, &kde, NULL);
    add(context, &z_scores, own);
    (void)!quantities_each_twin(mc->setup, declare_twin, &d, &none);
    for (size_t k = 0; k < NUMBERS; k++)
        if (is_there(&numbers[k], p, mc->setup->grid->dims))
            add(context, &numbers[k].quantity, numbers[k].twin ? twin : own);
}

void monte_carlo_fields(const struct monte_carlo *mc, field_sink add, void *context) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++)
        declare_part(mc, &mc->part[k], add, context);
}

/* ---------------------------------------------------------------- put */

/* NaN where the value is not finite and there is a reason for it. */
static bool put(const struct part *p, struct record *record, const struct quantity *q,
                const char *region, bool errors, double value, const char *why,
                struct error *err) {
    char name[QUANTITY_NAME];
    quantity_name(name, q,
                  &(struct quantity_of){.prefix = p->ensemble.prefix,
                                        .region = region,
                                        .errors = errors ? quantity_standard_error : NULL});
    if (why != NULL && !isfinite(value)) return record_row_fill(record, name, why, err);
    if (q->kind[0] == RECORD_INTEGER)
        return record_row_integer(record, name, (int64_t)value, err);
    return record_row_value(record, name, value, err);
}

static bool put_cells(const struct part *p, struct record *record, const struct quantity *q,
                      bool errors, const double *values, struct error *err) {
    char name[QUANTITY_NAME];
    quantity_name(name, q,
                  &(struct quantity_of){.prefix = p->ensemble.prefix,
                                        .errors = errors ? quantity_standard_error : NULL});
    return record_row_put(record, name, values, err);
}

struct putting {
    const struct part *part;
    const struct sample *sample;
    struct record *record;
};

static bool put_twin(void *context, const struct run_quantity *q, size_t i,
                     const char *region, struct error *err) {
    const struct putting *to = context;
    struct estimate e;
    const char *why;
    if (q->sampled != NULL && !q->sampled(to->sample)) return true;
    return q->estimate(to->sample, i, &e, &why, err) &&
           put(to->part, to->record, &q->quantity, region, false, e.value, why, err) &&
           put(to->part, to->record, &q->quantity, region, true, e.error, why, err);
}

static bool put_twins(const struct monte_carlo *mc, const struct part *p,
                      struct record *record, struct error *err) {
    struct sample sample = sample_of(mc, p);
    struct putting to = {p, &sample, record};
    for (int d = 0; d < mc->setup->grid->dims; d++)
        if (!moments_estimate(sample.walkers, d, &sample.moments[d], err)) return false;
    return quantities_each_twin(mc->setup, put_twin, &to, err);
}

static bool put_numbers(const struct part *p, int dims, const struct findings *f,
                        struct record *record, struct error *err) {
    for (size_t k = 0; k < NUMBERS; k++) {
        const struct number_row *n = &numbers[k];
        const char *why = n->missing != NULL ? n->missing(p, f) : NULL;
        const double value = *(const double *)((const char *)f + n->member);
        if (is_there(n, p, dims) &&
            !put(p, record, &n->quantity, NULL, false, value, why, err))
            return false;
    }
    return true;
}

static bool put_densities(struct part *p, const struct setup *setup, struct record *record,
                          const struct monitor *monitor, struct findings *f,
                          struct error *err) {
    const uint64_t count = p->ensemble.walkers->count;
    struct tally tally;
    const struct walkers *points = ensemble_points(&p->ensemble);
    if (!count_on_grid(points, setup->grid, p->counts, &tally, err)) return false;
    f->inside = (double)tally.inside;
    count_density(setup->grid, p->counts, count, p->density, p->error);
    if (!put_cells(p, record, &histogram, false, p->density, err) ||
        !put_cells(p, record, &histogram, true, p->error, err))
        return false;
    if (tally.inside > 0) {
        if (!kde_fit(p->kde, points, monitor, err)) return false;
        kde_density(p->kde, p->density, p->error);
    }
    return put_cells(p, record, &kde, false, p->density, err) &&
           put_cells(p, record, &kde, true, p->error, err);
}

/* ---------------------------------------------------------------- findings */

/* Walkers that met an absorbing end so far, and when, on the mean. */
static bool find_exits(const struct part *p, struct findings *f, struct error *err) {
    uint64_t exits = 0;
    if (!absorbs(p)) return true;
    if (!moments_exits(p->ensemble.walkers, &f->exits, err)) return false;
    for (int d = 0; d < 2; d++)
        for (int end = 0; end < 2; end++)
            exits += f->exits.absorbed[d][end];
    f->exited = (double)exits / (double)p->ensemble.walkers->count;
    return true;
}

/* Weak order 1: the full step's bias is -2 times the difference to the half step's. */
static bool find_weak_bias(const struct part *p, int dims, struct findings *f,
                           struct error *err) {
    for (int d = 0; d < dims && p->halved; d++) {
        struct weak_bias b;
        if (!moments_weak_bias(p->half.walkers, p->ensemble.walkers, d, &b, err))
            return false;
        f->bias_mean[d] = -2 * b.mean.value;
        f->bias_variance[d] = -2 * b.variance.value;
    }
    return true;
}

/* The walkers, as they were counted, against density[cells]. */
static bool compare(struct part *p, const struct setup *setup, size_t row, double tolerance,
                    const double *density, struct findings *f, struct error *err) {
    const struct grid *grid = setup->grid;
    f->comparison = part_no_comparison(tolerance), f->verdict = VERDICT_CANNOT_TELL;
    if (row < part_judged_from(setup)) return true;
    for (size_t k = 0; k < grid->cells; k++)
        p->mass[k] = density[k] * grid->volume[k];
    if (!compare_with_density(grid, p->counts, p->ensemble.walkers->count, p->mass,
                              tolerance, p->z, &f->comparison, err))
        return false;
    compare_allow(&f->comparison, part_start_spread(setup, density));
    f->verdict = f->comparison.verdict;
    return true;
}

static bool put_z_scores(const struct part *p, const struct findings *f,
                         struct record *record, struct error *err) {
    char name[QUANTITY_NAME];
    const char *why = not_compared(p, f);
    if (why == NULL) return put_cells(p, record, &z_scores, false, p->z, err);
    quantity_name(name, &z_scores, &(struct quantity_of){.prefix = p->ensemble.prefix});
    return record_row_fill(record, name, why, err);
}

static bool part_snapshot(struct monte_carlo *mc, struct part *p, size_t row,
                          const double *density, const struct ensemble_law *law,
                          struct record *record, const struct monitor *monitor,
                          struct error *err) {
    const struct setup *setup = mc->setup;
    const int dims = setup->grid->dims;
    struct findings f = {0};
    if (!put_densities(p, setup, record, monitor, &f, err) ||
        !put_twins(mc, p, record, err) || !find_weak_bias(p, dims, &f, err) ||
        !find_exits(p, &f, err) ||
        !compare(p, setup, row, mc->settings.tolerance, density, &f, err) ||
        !part_compare_with_law(p, setup, law, row, err))
        return false;
    p->each[row] = f.comparison;
    f.own = p->own[row], f.own_verdict = f.own.verdict;
    return put_z_scores(p, &f, record, err) && put_numbers(p, dims, &f, record, err);
}

bool part_read_comparison(struct part *p, const struct record *record, size_t row,
                          double tolerance, struct error *err) {
    struct findings f = {0};
    char name[QUANTITY_NAME];
    for (size_t k = 0; k < NUMBERS; k++) {
        const struct number_row *n = &numbers[k];
        quantity_name(name, &n->quantity,
                      &(struct quantity_of){.prefix = p->ensemble.prefix});
        if (n->restored && (n->present == NULL || n->present(p)) &&
            !record_read_row(record, name, row, (double *)((char *)&f + n->member), err))
            return false;
    }
    if (!(f.verdict >= VERDICT_AGREE && f.verdict <= VERDICT_CANNOT_TELL))
        return fail(err, ERROR_FILE, "'%s_verdict' is %g in row %zu, which is no verdict",
                    p->ensemble.prefix, f.verdict, row);
    f.comparison.verdict = (enum verdict)f.verdict;
    f.comparison.delta = tolerance;
    p->each[row] = f.comparison;
    f.own.verdict = (enum verdict)f.own_verdict;
    p->own[row] = f.own;
    return true;
}

bool monte_carlo_snapshot(struct monte_carlo *mc, size_t row, const double *density,
                          const struct ensemble_law law[ENSEMBLE_KINDS],
                          struct record *record, const struct monitor *monitor,
                          struct error *err) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++) {
        struct part *p = &mc->part[k];
        if (!ensemble_advance(&p->ensemble, row, monitor, err)) return false;
        if (p->halved && !ensemble_advance(&p->half, row, monitor, err)) return false;
        if (!part_snapshot(mc, p, row, density, &law[p->ensemble.kind], record, monitor,
                           err))
            return false;
    }
    const time_t now = time(NULL);
    if (mc == NULL || now - mc->saved < 60) return true;
    mc->saved = now;
    return monte_carlo_save(mc, err);
}
