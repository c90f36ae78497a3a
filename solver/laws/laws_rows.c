/* SPDX-License-Identifier: GPL-3.0-or-later
 * The laws' quantities in the file: which there are, and one row of them. */
#include "solver/analysis/quantities.h"
#include "solver/laws/law_distances.h"
#include "solver/laws/law_moments.h"
#include "solver/laws/laws_parts.h"
#include "solver/transfer/masses.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- the tables */

/* clang-format off */
static const struct quantity density_row = {"density", {RECORD_CELLS, RECORD_CELLS}, {-1, -1, 0}, "probability density p", NULL, NULL};

/* What a law has besides the twins of what the density has, in the order of the file. member: a
 * double of struct law_row, which a resumed run reads again. */
static const struct number_row {
    struct quantity quantity;
    size_t member;
} numbers[] = {
    {{"mass", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "mass", NULL, NULL}, offsetof(struct law_row, mass)},
    {{"error", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "estimated L1 error", NULL, NULL}, offsetof(struct law_row, error_l1)},
    {{"error_ks", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "estimated KS error", NULL, NULL}, offsetof(struct law_row, error_ks)},
    {{"resolution", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "number of cells", NULL, NULL}, offsetof(struct law_row, cells)},
    {{"negativity", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "sum of the negative masses", NULL, NULL}, offsetof(struct law_row, negative)},
    {{"distance_l1", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "L1 distance from the density", NULL, NULL}, offsetof(struct law_row, l1)},
    {{"distance_ks", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "KS distance from the density", NULL, NULL}, offsetof(struct law_row, ks)},
    {{"distance_ks_errors", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "uncertainty of the KS distance from the density", NULL, NULL}, offsetof(struct law_row, ks_error)},
    {{"distance_w1", {RECORD_VALUE, RECORD_VALUE}, {1, 0, 0}, "Wasserstein-1 distance from the density", NULL, NULL}, offsetof(struct law_row, w1)},
};
/* clang-format on */
enum { NUMBERS = sizeof numbers / sizeof *numbers };

const struct quantity *laws_quantity(size_t k) {
    return k == 0 ? &density_row : k <= NUMBERS ? &numbers[k - 1].quantity : NULL;
}

static struct quantity_of twin_of(const struct kind_law *k, const char *region) {
    return (struct quantity_of){.prefix = k->prefix, .whose = k->of, .region = region};
}

static struct quantity_of errors_of(const struct kind_law *k, const char *region) {
    struct quantity_of of = twin_of(k, region);
    of.errors = "error estimate";
    return of;
}

/* ---------------------------------------------------------------- declared */

struct declaring {
    const struct laws *laws;
    const struct kind_law *law;
    field_sink add;
    void *context;
};

/* The loss of a model that has none is not measured, nor what is of paths. */
static bool is_measured(const struct laws *laws, const struct run_quantity *q) {
    return !q->of_paths && (q->sampled == NULL || model_has_loss(laws->setup->model));
}

static bool declare_twin(void *context, const struct run_quantity *q, size_t i,
                         const char *region, struct error *err) {
    const struct declaring *d = context;
    (void)i, (void)err;
    if (!is_measured(d->laws, q)) return true;
    d->add(d->context, &q->quantity, twin_of(d->law, region));
    d->add(d->context, &q->quantity, errors_of(d->law, region));
    return true;
}

void laws_fields(const struct laws *laws, field_sink add, void *context) {
    struct error none;
    for (size_t k = 0; laws != NULL && k < laws->kinds; k++) {
        struct declaring d = {laws, &laws->kind[k], add, context};
        add(context, &density_row, twin_of(d.law, NULL));
        (void)!quantities_each_twin(laws->setup, declare_twin, &d, &none);
        for (size_t n = 0; n < NUMBERS; n++)
            add(context, &numbers[n].quantity, twin_of(d.law, NULL));
    }
}

/* ---------------------------------------------------------------- put */

/* What of a snapshot the rows with twins are computed from, of one level. */
static void observe_law(const struct laws *laws, const struct kind_law *k, size_t level,
                        struct snapshot *out, double *region_mass) {
    const double *mass = grid_law_mass(&k->on[level]);
    const struct law_level *l = &k->cells.level[level];
    struct observation *o = &out->seen;
    o->mass = masses_sum(l->grid->cells, mass);
    for (int d = 0; d < l->grid->dims; d++)
        o->moments[d] = moments_of_masses(l->grid, mass, d);
    if (l->grid->dims == 2) o->covariance = covariance_of_masses(l->grid, mass);
    if (l->loss != NULL) o->mean_loss = mean_of_masses(l->grid, mass, l->loss);
    for (size_t r = 0; r < laws->setup->regions; r++)
        region_mass[r] = field_integral(l->grid, l->averages, l->region[r]);
    out->region_mass = region_mass;
}

struct putting {
    const struct laws *laws;
    const struct kind_law *law;
    const struct snapshot *now; /* [levels] */
    struct record *record;
};

static bool put_value(const struct putting *to, const struct run_quantity *q,
                      const struct quantity_of *of, double value, const char *why,
                      struct error *err) {
    char name[QUANTITY_NAME];
    quantity_name(name, &q->quantity, of);
    return isfinite(value) ? record_row_value(to->record, name, value, err)
                           : record_row_fill(to->record, name, why, err);
}

/* What chance leaves of a moment: relative to the width to its power. */
static double chance_in(const struct snapshot *now, const struct law_error *error,
                        const struct quantity *q) {
    double scale = error->points;
    for (int d = 0; d < 2; d++)
        scale *= pow(now->seen.moments[d].variance, 0.5 * q->power[d]);
    return scale;
}

/* Of the number and its error. An interval has two ends where grain counts. */
static bool put_twin(void *context, const struct run_quantity *q, size_t i,
                     const char *region, struct error *err) {
    const struct putting *to = context;
    const struct kind_law *k = to->law;
    double value[LAW_LEVELS] = {0};
    if (!is_measured(to->laws, q)) return true;
    for (size_t l = 0; l < k->cells.levels; l++)
        value[l] = q->value(&to->now[l], i);
    const double floor =
        region != NULL ? 2 * k->error.grain : chance_in(to->now, &k->error, &q->quantity);
    const double error = fmax(law_error_of(k->cells.levels, k->on, value), floor);
    const struct quantity_of of = twin_of(k, region), errors = errors_of(k, region);
    const char *why = to->now->seen.mass > 0
                          ? "all mass is at one point, which has no shape"
                          : "no mass is left that could have moments";
    return put_value(to, q, &of, value[0], why, err) &&
           put_value(to, q, &errors, isfinite(value[0]) ? error : (double)NAN, why, err);
}

static const char unknown_error[] = "the error of the density in space is not known";

static bool put_numbers(const struct kind_law *k, size_t row, struct record *record,
                        struct error *err) {
    const struct quantity_of of = twin_of(k, NULL);
    char name[QUANTITY_NAME];
    for (size_t n = 0; n < NUMBERS; n++) {
        const double value =
            *(const double *)((const char *)&k->each[row] + numbers[n].member);
        quantity_name(name, &numbers[n].quantity, &of);
        if (!(isfinite(value) ? record_row_value(record, name, value, err)
                              : record_row_fill(record, name, unknown_error, err)))
            return false;
    }
    return true;
}

/* Of the two in the file's cells. density_error: L1, NaN where it is not known. */
static bool compare(const struct laws *laws, struct kind_law *k, size_t row,
                    const double *density, double density_error, struct error *err) {
    struct law_row *r = &k->each[row];
    struct law_distances d;
    if (!law_distances(laws->setup->grid, density, k->density, &d, err)) return false;
    r->l1 = d.l1, r->ks = d.ks, r->w1 = d.w1;
    r->ks_error = r->error_ks + 0.5 * density_error;
    return true;
}

static bool put_law(struct laws *laws, struct kind_law *k, struct record *record,
                    struct error *err) {
    const size_t regions = laws->setup->regions;
    double *region_mass = array_create(LAW_LEVELS * regions, sizeof *region_mass, err);
    if (region_mass == NULL) return false;
    struct snapshot now[LAW_LEVELS] = {0};
    struct putting to = {laws, k, now, record};
    const struct quantity_of of = twin_of(k, NULL);
    char name[QUANTITY_NAME];
    for (size_t l = 0; l < k->cells.levels; l++)
        observe_law(laws, k, l, &now[l], region_mass + l * regions);
    const bool good =
        record_row_put(record, quantity_name(name, &density_row, &of), k->density, err) &&
        quantities_each_twin(laws->setup, put_twin, &to, err);
    free(region_mass);
    return good;
}

bool laws_snapshot(struct laws *laws, size_t row, const double *density,
                   double density_error, struct record *record,
                   const struct monitor *monitor, struct error *err) {
    for (size_t k = 0; laws != NULL && k < laws->kinds; k++) {
        struct kind_law *law = &laws->kind[k];
        if (!kind_law_advance(laws, law, row, monitor, err) ||
            !compare(laws, law, row, density, density_error, err) ||
            !put_law(laws, law, record, err) || !put_numbers(law, row, record, err))
            return false;
    }
    return true;
}

bool laws_resume(struct laws *laws, size_t rows, const struct record *record,
                 struct error *err) {
    char name[QUANTITY_NAME];
    for (size_t k = 0; laws != NULL && k < laws->kinds; k++) {
        const struct quantity_of of = twin_of(&laws->kind[k], NULL);
        for (size_t row = 0; row < rows; row++)
            for (size_t n = 0; n < NUMBERS; n++) {
                double *to =
                    (double *)((char *)&laws->kind[k].each[row] + numbers[n].member);
                quantity_name(name, &numbers[n].quantity, &of);
                if (!record_read_row(record, name, row, to, err)) return false;
            }
        if (!kind_law_resume(laws, &laws->kind[k], rows, err)) return false;
    }
    return true;
}
