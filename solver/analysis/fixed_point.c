/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/fixed_point.h"
#include "solver/linalg/eigenpairs.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { MOST = 60, RESTARTS = 8 };

struct search {
    size_t n;
    arnoldi_operator P;
    void *context;
    double *r, *shape;                 /* [n]; shape: of sum 1 */
    double y[MOST], G[MOST][MOST + 1]; /* of least squares, by columns */
    struct arnoldi *basis;
    struct eigenpairs *pairs;
};

static void divide(size_t n, const double *a, double by, double *out) {
    for (size_t i = 0; i < n; i++)
        out[i] = a[i] / by;
}

static double sum_of_sizes(size_t n, const double *a) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(a[i]);
    return sum;
}

/* y = (P - shape 1^T P) x: P where x has the sum 0, which rounding does not keep by itself; the
 * eigenvalue 1 of P becomes 0. */
static bool apply(void *context, const double *x, double *y, struct error *err) {
    const struct search *s = context;
    double sum = 0;
    if (!s->P(s->context, x, y, err)) return false;
    for (size_t i = 0; i < s->n; i++)
        sum += y[i];
    for (size_t i = 0; i < s->n; i++)
        y[i] -= sum * s->shape[i];
    return true;
}

/* r = P m - m; |r|_1 into out. */
static bool find_residual(struct search *s, const double *m, struct fixed_point *out,
                          struct error *err) {
    if (!s->P(s->context, m, s->r, err)) return false;
    out->applications++;
    for (size_t i = 0; i < s->n; i++)
        s->r[i] -= m[i];
    out->residual = sum_of_sizes(s->n, s->r);
    return true;
}

/* y that makes |beta e_1 - (I - H) y|_2 smallest, by Givens rotations; returns that. */
static double least_squares(struct search *s) {
    const struct arnoldi *b = s->basis;
    const int m = b->m;
    double g[MOST + 1] = {b->norm}, c[MOST], z[MOST];
    for (int k = 0; k < m; k++) {
        double *column = s->G[k];
        for (int i = 0; i <= k + 1; i++)
            column[i] = (i == k) - b->H[k * (b->most + 1) + i];
        for (int i = 0; i < k; i++) {
            const double u = column[i], v = column[i + 1];
            column[i] = c[i] * u + z[i] * v, column[i + 1] = c[i] * v - z[i] * u;
        }
        const double size = hypot(column[k], column[k + 1]);
        c[k] = column[k] / size, z[k] = column[k + 1] / size;
        column[k] = size;
        g[k + 1] = -z[k] * g[k], g[k] *= c[k];
    }
    for (int k = m - 1; k >= 0; k--) {
        s->y[k] = g[k];
        for (int j = k + 1; j < m; j++)
            s->y[k] -= s->G[j][k] * s->y[j];
        s->y[k] /= s->G[k][k];
    }
    return fabs(g[m]);
}

/* The leading Ritz value. */
static bool find_multiplier(struct search *s, struct fixed_point *out, struct error *err) {
    if (!eigenpairs_find(s->pairs, s->basis, false, err)) return false;
    out->multiplier[0] = s->pairs->re[0], out->multiplier[1] = s->pairs->im[0];
    out->multiplier_error = s->pairs->residual[0];
    return true;
}

static double gap_of(const struct fixed_point *p) {
    return fmax(DBL_EPSILON, 1 - hypot(p->multiplier[0], p->multiplier[1]));
}

/* The space of r grows until both the point and the multiplier are known. */
static bool grow(struct search *s, double tolerance, struct fixed_point *out,
                 struct error *err) {
    static const double multiplier_tolerance = 1e-10;
    const double root = sqrt((double)s->n);
    if (!arnoldi_start(s->basis, s->r, err)) return false;
    while (s->basis->m < MOST && !s->basis->closed) {
        if (!arnoldi_extend(s->basis, apply, s, err)) return false;
        out->applications++;
        if (!find_multiplier(s, out, err)) return false;
        const double left = least_squares(s);
        if (out->multiplier_error < multiplier_tolerance &&
            root * left < 0.1 * tolerance * gap_of(out))
            return true;
    }
    return true;
}

static bool search_run(struct search *s, double tolerance, double *m,
                       struct fixed_point *out, struct error *err) {
    double before = (double)INFINITY;
    for (int k = 0;; k++) {
        if (!find_residual(s, m, out, err)) return false;
        out->error = out->residual / gap_of(out);
        if (k > 0 && out->error <= tolerance) return true;
        if (k == RESTARTS || out->residual == 0 || out->residual > 0.5 * before)
            return true;
        before = out->residual;
        if (!grow(s, tolerance, out, err)) return false;
        (void)least_squares(s);
        arnoldi_combine(s->basis, s->basis->m, s->y, s->r);
        for (size_t i = 0; i < s->n; i++)
            m[i] += s->r[i];
    }
}

bool fixed_point_find(size_t n, arnoldi_operator P, void *context, double tolerance,
                      double *m, struct fixed_point *out, struct error *err) {
    struct search *s = array_create(1, sizeof *s, err);
    if (s == NULL) return false;
    s->n = n, s->P = P, s->context = context;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += m[i];
    bool good = (s->shape = array_create(n, sizeof *s->shape, err)) != NULL &&
                (s->r = array_create(n, sizeof *s->r, err)) != NULL &&
                (s->basis = arnoldi_create(n, MOST, err)) != NULL &&
                (s->pairs = eigenpairs_create(MOST, err)) != NULL &&
                (divide(n, m, sum, s->shape), true) &&
                search_run(s, tolerance, m, out, err);
    eigenpairs_destroy(s->pairs);
    arnoldi_destroy(s->basis);
    free(s->r);
    free(s->shape);
    free(s);
    return good;
}
