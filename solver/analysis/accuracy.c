/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/accuracy.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 2 }; /* half the cells, a quarter */

struct level {
    struct grid *grid;
    struct evolution *evolution;
    double *last; /* [cells] the density that the next batch starts from */
    size_t rows;  /* of the present batch */
    double *row;  /* [rows][cells] */
};

struct accuracy {
    const struct grid *fine;
    struct level level[LEVELS];
    double *work[3]; /* [fine cells / 2] */
};

static bool level_create(struct level *l, const struct setup *setup,
                         const struct grid *fine, size_t by,
                         const struct evolution_options *options, struct error *err) {
    double outside;
    if ((l->grid = grid_coarsen(fine, by, err)) == NULL) return false;
    if ((l->evolution = evolution_create(setup, l->grid, options, err)) == NULL)
        return false;
    if ((l->last = array_create(l->grid->cells, sizeof *l->last, err)) == NULL)
        return false;
    return setup_initial(setup, l->grid, l->last, &outside, err);
}

struct accuracy *accuracy_create(const struct setup *setup, const struct grid *fine,
                                 const struct evolution_options *options,
                                 struct error *err) {
    struct accuracy *a = array_create(1, sizeof *a, err);
    if (a == NULL) return NULL;
    *a = (struct accuracy){.fine = fine};
    bool good = true;
    for (size_t l = 0; good && l < LEVELS; l++)
        good = level_create(&a->level[l], setup, fine, (size_t)2 << l, options, err) ||
               fail_within(err, "accuracy: estimate");
    for (int k = 0; good && k < 3; k++)
        good = (a->work[k] = array_create(a->level[0].grid->cells, sizeof(double), err)) !=
               NULL;
    if (good) return a;
    return accuracy_destroy(a), NULL;
}

void accuracy_destroy(struct accuracy *a) {
    if (a == NULL) return;
    for (int l = 0; l < LEVELS; l++) {
        evolution_destroy(a->level[l].evolution);
        grid_destroy(a->level[l].grid);
        free(a->level[l].last);
        free(a->level[l].row);
    }
    for (int k = 0; k < 3; k++)
        free(a->work[k]);
    free(a);
}

static bool keep_row(void *context, size_t k, const double *p, double time_error,
                     struct error *err) {
    (void)time_error, (void)err;
    struct level *l = context;
    memcpy(l->row + k * l->grid->cells, p, l->grid->cells * sizeof *p);
    return true;
}

bool accuracy_advance(struct accuracy *a, size_t interval, double origin, size_t n,
                      const double *t, struct error *err) {
    for (int k = 0; k < LEVELS; k++) {
        struct level *l = &a->level[k];
        free(l->row);
        l->rows = n;
        if ((l->row = array_create(n * l->grid->cells, sizeof *l->row, err)) == NULL)
            return false;
        if (!evolution_advance(l->evolution, interval, origin, l->last, n, t, keep_row, l,
                               err))
            return false;
        memcpy(l->last, l->row + (n - 1) * l->grid->cells,
               l->grid->cells * sizeof *l->last);
    }
    return true;
}

/* What is made of the observed order q: part of the difference that is the error, and the part
 * that extrapolation takes off. */
struct richardson {
    double error, correction;
};

static struct richardson richardson_of(double q) {
    const double most = 8;
    if (fabs(q - 2) <= 0.5) return (struct richardson){1.0 / 3, 1.0 / 3};
    if (!(q >= ACCURACY_LEAST_ORDER)) return (struct richardson){1 / (exp2(0.5) - 1), 0};
    const double part = 1 / (exp2(fmin(q, most)) - 1);
    return (struct richardson){part, part};
}

/* d = R p - half on the half grid -> extrapolated, and what it says. half, quarter: densities
 * there. */
static struct space_error estimate(const struct accuracy *a, const double *p,
                                   const double *half, const double *quarter,
                                   double *extrapolated) {
    const struct grid *g1 = a->level[0].grid, *g2 = a->level[1].grid;
    double *d = a->work[0], *coarse = a->work[1];
    field_restrict(g1, 2, half, g2, coarse);
    const double before = field_l1(g2, coarse, quarter);
    field_restrict(a->fine, 2, p, g1, d);
    const double difference = field_l1(g1, d, half);
    const double order = log2(before / difference);
    const struct richardson r = richardson_of(order);
    for (size_t k = 0; k < g1->cells; k++)
        d[k] = (d[k] - half[k]) * r.correction;
    field_prolong(g1, d, 2, a->fine, extrapolated);
    for (size_t k = 0; k < a->fine->cells; k++)
        extrapolated[k] += p[k];
    return (struct space_error){.l1 = difference * r.error, .order = order};
}

struct space_error accuracy_estimate(const struct accuracy *a, size_t k, const double *p,
                                     double *extrapolated) {
    const double *q[LEVELS];
    for (int l = 0; l < LEVELS; l++)
        q[l] = a->level[l].row == NULL ? a->level[l].last
                                       : a->level[l].row + k * a->level[l].grid->cells;
    return estimate(a, p, q[0], q[1], extrapolated);
}

bool accuracy_stationary(const struct accuracy *a, size_t interval, const double *p,
                         double *extrapolated, struct space_error *error,
                         struct error *err) {
    struct stationary s[LEVELS] = {{0}};
    bool good = true, exist = true;
    for (int l = 0; good && l < LEVELS; l++) {
        good = evolution_stationary(a->level[l].evolution, interval, &s[l], err);
        exist &= good && s[l].density != NULL;
    }
    if (good && exist) *error = estimate(a, p, s[0].density, s[1].density, extrapolated);
    for (int l = 0; l < LEVELS; l++)
        stationary_finish(&s[l]);
    if (good && !exist)
        good =
            fail(err, ERROR_RUN, "the stationary density does not exist on a coarser grid");
    return good;
}
