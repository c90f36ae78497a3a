/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/powers.h"
#include "grids/sum.h"
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };
static const double product = 1e-10; /* seconds a multiplication and addition of dgemm */
static const double touch = 5e-10;   /* and one of a matrix and a vector */

struct power {
    double *value;    /* [n, n] by columns */
    double *absorbed; /* [n] */
};

struct powers {
    size_t n;
    int made, room; /* level[0 .. made - 1] are kept, room at most */
    struct power level[MOST];
    /* Beyond: the latest, P^(2^exponent) where exponent >= made; room for its square. */
    int exponent;
    struct power latest, other;
};

static void power_finish(struct power *p) {
    free(p->value), free(p->absorbed);
    *p = (struct power){0};
}

static bool power_init(struct power *p, size_t n, struct error *err) {
    if (p->value != NULL) return true;
    p->value = array_create(n * n, sizeof *p->value, err);
    p->absorbed = p->value ? array_create(n, sizeof *p->absorbed, err) : NULL;
    return p->absorbed != NULL;
}

/* The columns of K R P R K, from units of mass. */
static bool fill_with_sinks(const struct transfer *op, struct power *p, struct error *err) {
    const size_t n = op->grid->cells;
    double *unit = array_create(n, sizeof *unit, err);
    for (size_t j = 0; unit != NULL && j < n; j++) {
        unit[j] = 1;
        p->absorbed[j] = transfer_step(op, unit, p->value + j * n);
        unit[j] = 0;
    }
    free(unit);
    return unit != NULL;
}

static void fill(const struct transfer *op, struct power *p) {
    const size_t n = op->grid->cells;
    for (size_t j = 0; j < n; j++)
        for (int64_t k = op->P->start[j]; k < op->P->start[j + 1]; k++)
            p->value[j * n + (size_t)op->P->row[k]] = op->P->value[k];
    memcpy(p->absorbed, op->absorbed, n * sizeof *op->absorbed);
}

struct powers *powers_create(const struct transfer *op, double memory, struct error *err) {
    struct powers *p = array_create(1, sizeof *p, err);
    const size_t n = op->grid->cells;
    if (p == NULL) return NULL;
    const double fit = memory / ((double)n * (double)n * sizeof(double));
    p->n = n, p->room = (int)fmax(1, fmin(fit, MOST));
    if (!power_init(&p->level[0], n, err)) return powers_destroy(p), NULL;
    if (op->half == NULL)
        fill(op, &p->level[0]);
    else if (!fill_with_sinks(op, &p->level[0], err))
        return powers_destroy(p), NULL;
    p->made = 1;
    return p;
}

void powers_destroy(struct powers *p) {
    if (p == NULL) return;
    for (int k = 0; k < MOST; k++)
        power_finish(&p->level[k]);
    power_finish(&p->latest), power_finish(&p->other);
    free(p);
}

/* Every column and what is absorbed of it sum to 1. The smaller of the two parts is right
 * to its last digits; the other one gives way. */
static void renormalise(size_t n, struct power *p) {
    for (size_t j = 0; j < n; j++) {
        double *column = p->value + j * n;
        struct sum sum = {0};
        for (size_t i = 0; i < n; i++)
            sum_add(&sum, column[i]);
        const double left = sum_value(sum), gone = p->absorbed[j];
        if (fabs(gone) > 0.5)
            p->absorbed[j] = 1 - left;
        else
            for (size_t i = 0; i < n; i++)
                column[i] *= (1 - gone) / left;
    }
}

/* out = in^2, and absorbed_out = absorbed_in + absorbed_in P. */
static void square(size_t n, const struct power *in, struct power *out) {
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)n, (int)n, 1,
                in->value, (int)n, in->value, (int)n, 0, out->value, (int)n);
    memcpy(out->absorbed, in->absorbed, n * sizeof *in->absorbed);
    cblas_dgemv(CblasColMajor, CblasTrans, (int)n, (int)n, 1, in->value, (int)n,
                in->absorbed, 1, 1, out->absorbed, 1);
    renormalise(n, out);
}

/* The exponent that the way to P^(2^k) begins at. */
static int nearest(const struct powers *p, int k) {
    if (k < p->made) return k;
    return p->exponent >= p->made && p->exponent <= k ? p->exponent : p->made - 1;
}

/* One squaring on the way to P^(2^k). */
static bool extend(struct powers *p, int k, struct error *err) {
    const int from = nearest(p, k);
    const struct power *below = from < p->made ? &p->level[from] : &p->latest;
    struct power *out = from + 1 < p->room ? &p->level[from + 1] : &p->other;
    if (!power_init(out, p->n, err)) return false;
    square(p->n, below, out);
    if (out != &p->other) return p->made++, true;
    const struct power swap = p->latest;
    p->latest = p->other, p->other = swap;
    p->exponent = from + 1;
    return true;
}

double powers_apply_cost(const struct transfer *op) {
    const double n = (double)op->grid->cells;
    return touch * n * n;
}

double powers_missing_cost(const struct powers *p, const struct transfer *op, int k) {
    const double n = (double)op->grid->cells;
    return product * n * n * n * (p ? k - nearest(p, k) : k);
}

bool powers_apply(struct powers *p, int k, const double *m, double *next, double *gone,
                  const struct monitor *monitor, struct error *err) {
    const int n = (int)p->n;
    while (nearest(p, k) < k)
        if (!monitor_tick(monitor, (double)nearest(p, k) / k, err) || !extend(p, k, err))
            return false;
    const struct power *power = k < p->made ? &p->level[k] : &p->latest;
    cblas_dgemv(CblasColMajor, CblasNoTrans, n, n, 1, power->value, n, m, 1, 0, next, 1);
    *gone = cblas_ddot(n, power->absorbed, 1, m, 1);
    return true;
}
