/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/resolvent.h"
#include "solver/linalg/factor.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

static const double widest = 1000;

struct resolvent {
    const struct generator2 *generator;
    double gamma, fastest; /* fastest: the largest rate out of a cell */
    struct factor *factor;
    double *half_log; /* [cells] ln(V e^-phibar) / 2; NULL: LU */
    double *residual, *correction;
    int64_t factorisations;
};

static bool symmetrise(struct resolvent *s, struct error *err) {
    const struct generator2 *g = s->generator;
    if (g->source == POTENTIAL_NONE) return true;
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t i = 0; i < g->cells; i++)
        low = fmin(low, g->potential[i]), high = fmax(high, g->potential[i]);
    if (!(high - low < widest)) return true;
    s->half_log = array_create(g->cells, sizeof *s->half_log, err);
    if (s->half_log == NULL) return false;
    for (size_t i = 0; i < g->cells; i++)
        s->half_log[i] = 0.5 * (log(g->grid->volume[i]) - g->potential[i]);
    return true;
}

static double fastest_rate(const struct sparse *A) {
    double fastest = 0;
    for (size_t j = 0; j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            if (A->row[k] == (int64_t)j) fastest = fmax(fastest, -A->value[k]);
    return fastest;
}

struct resolvent *resolvent_create(const struct generator2 *generator, struct error *err) {
    struct resolvent *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->generator = generator;
    s->fastest = fastest_rate(generator->matrix);
    s->residual = array_create(generator->cells, sizeof *s->residual, err);
    s->correction =
        s->residual ? array_create(generator->cells, sizeof *s->correction, err) : NULL;
    if (s->correction == NULL || !symmetrise(s, err)) return resolvent_destroy(s), NULL;
    return s;
}

void resolvent_destroy(struct resolvent *s) {
    if (s == NULL) return;
    factor_destroy(s->factor);
    free(s->half_log);
    free(s->residual);
    free(s->correction);
    free(s);
}

static void leave_cholesky(struct resolvent *s) {
    free(s->half_log);
    s->half_log = NULL;
}

static bool refactor(struct resolvent *s, struct error *err) {
    factor_destroy(s->factor);
    s->factor = NULL;
    struct sparse *M = sparse_shift(s->generator->matrix, s->gamma, err);
    if (M == NULL) return false;
    if (s->half_log != NULL) {
        s->factor = factor_create_symmetric(M, s->half_log, err);
        s->factorisations++;
        if (s->factor == NULL) leave_cholesky(s);
    }
    if (s->factor == NULL) {
        s->factor = factor_create(M, err);
        s->factorisations++;
    }
    sparse_destroy(M);
    return s->factor != NULL;
}

bool resolvent_set(struct resolvent *s, double gamma, struct error *err) {
    if (s->factor != NULL && s->gamma == gamma) return true;
    s->gamma = gamma;
    return refactor(s, err);
}

/* residual = b - x + gamma A x; returns |residual|_1 / |b|_1, NaN when x is not finite. */
static double check(struct resolvent *s, const double *b, const double *x) {
    const size_t n = s->generator->cells;
    double size = 0, wrong = 0;
    sparse_apply(s->generator->matrix, x, s->residual);
    for (size_t i = 0; i < n; i++) {
        s->residual[i] = b[i] - x[i] + s->gamma * s->residual[i];
        size += fabs(b[i]), wrong += fabs(s->residual[i]);
    }
    return size > 0 ? wrong / size : wrong;
}

/* The residual that a good solve leaves: its own rounding is of the order of 1e-16 gamma
 * times the largest rate. */
static double accepted(const struct resolvent *s) {
    return fmax(1e-12, 8 * DBL_EPSILON * s->gamma * s->fastest);
}

/* Solve, look, refine once. */
static bool solve_checked(struct resolvent *s, const double *b, double *x, double *wrong,
                          struct error *err) {
    if (!factor_solve(s->factor, b, x, err)) return false;
    *wrong = check(s, b, x);
    if (*wrong <= accepted(s) || !isfinite(*wrong)) return true;
    if (!factor_solve(s->factor, s->residual, s->correction, err)) return false;
    for (size_t i = 0; i < s->generator->cells; i++)
        x[i] += s->correction[i];
    *wrong = check(s, b, x);
    return true;
}

bool resolvent_solve(struct resolvent *s, const double *b, double *x, struct error *err) {
    double wrong;
    if (!solve_checked(s, b, x, &wrong, err)) return false;
    if (wrong <= accepted(s)) return true;
    if (s->half_log != NULL) {
        leave_cholesky(s);
        if (!refactor(s, err) || !solve_checked(s, b, x, &wrong, err)) return false;
    }
    if (wrong <= 1e4 * accepted(s)) return true; /* nothing better is known */
    return fail(err, ERROR_RUN, "a linear solve left a residual of %g (gamma = %g)", wrong,
                s->gamma);
}

double resolvent_gamma(const struct resolvent *s) {
    return s->gamma;
}
int64_t resolvent_factorisations(const struct resolvent *s) {
    return s->factorisations;
}
const char *resolvent_name(const struct resolvent *s) {
    return s->factor != NULL ? factor_name(s->factor) : "none";
}
double resolvent_entries(const struct resolvent *s) {
    return s->factor != NULL ? factor_entries(s->factor) : 0;
}
