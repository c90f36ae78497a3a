/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape_exponents.h"
#include "solver/escape/escape.h"
#include "solver/transfer/exponent.h"
#include <math.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- slopes */

static double equation_slope(double b, double D) {
    if (b == 0) return 0;
    return D > 0 ? -b / D : copysign(HUGE_VAL, -b);
}

/* slope[k][n] at x[n]. */
static bool some_slopes(const struct escape *e, const struct exponent *exponent, size_t n,
                        const double *x, double *const slope[EXPONENTS],
                        struct error *err) {
    const struct model *m = e->setup->model;
    const struct coefficients *c = e->passage.interval->coefficients;
    const double eta = m->interval[model_intervals(m) - 1].eta[0];
    const double *const at[1] = {x};
    double *D = array_create(n, sizeof *D, err), *b = slope[EXPONENT_EQUATION];
    const bool good = D != NULL && exponent_at(exponent, n, x, slope[EXPONENT_SGD], err) &&
                      c->drift(c->self, n, at, b, err) &&
                      c->diffusion(c->self, n, at, D, err);
    for (size_t k = 0; good && k < n; k++) {
        slope[EXPONENT_SGD][k] /= eta;
        b[k] = equation_slope(b[k], D[k]);
    }
    free(D);
    return good;
}

enum { AT_ONCE = 1 << 12 }; /* points between two looks at the monitor */

static bool slopes_at(const struct escape *e, const struct exponent *exponent, size_t n,
                      const double *x, double *const slope[EXPONENTS], struct error *err) {
    const struct monitor *monitor = e->passage.interval->monitor;
    for (size_t k = 0; k < n; k += AT_ONCE) {
        double *const at[EXPONENTS] = {slope[0] + k, slope[1] + k};
        if (!monitor_tick(monitor, (double)k / (double)n, err) ||
            !some_slopes(e, exponent, n - k < AT_ONCE ? n - k : AT_ONCE, x + k, at, err))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- integrals */

/* Gauss, two points in an interval, which the integrand may jump at the ends of. */
static void gauss_points(double lo, double hi, double x[2]) {
    const double half = (hi - lo) / sqrt(12);
    x[0] = (lo + hi) / 2 - half, x[1] = (lo + hi) / 2 + half;
}

/* A cell's points: its centre, two in its lower half, two in its upper half. */
enum { POINTS = 5 };

static void points_of_cells(const struct axis *axis, double *x) {
    for (size_t i = 0; i < axis->cells; i++) {
        x[POINTS * i] = axis->centre[i];
        gauss_points(axis->face[i], axis->centre[i], x + POINTS * i + 1);
        gauss_points(axis->centre[i], axis->face[i + 1], x + POINTS * i + 3);
    }
}

/* Over the lower (0) or upper (1) half of cell i. */
static double over_half(const struct axis *axis, const double *slope, size_t i, int half) {
    const double *f = slope + POINTS * i + 1 + 2 * half;
    const double length =
        half == 0 ? axis->centre[i] - axis->face[i] : axis->face[i + 1] - axis->centre[i];
    return length * (f[0] + f[1]) / 2;
}

/* What a way down costs is not known where nothing leads back up. */
static double known(double U) {
    return U == -HUGE_VAL ? (double)NAN : U;
}

/* U[cells], 0 in the cell `well`. */
static void integrate(const struct axis *axis, const double *slope, size_t well,
                      double *U) {
    U[well] = 0;
    for (size_t i = well + 1; i < axis->cells; i++)
        U[i] = known(U[i - 1] + over_half(axis, slope, i - 1, 1) +
                     over_half(axis, slope, i, 0));
    for (size_t i = well; i-- > 0;)
        U[i] = known(U[i + 1] - over_half(axis, slope, i + 1, 0) -
                     over_half(axis, slope, i, 1));
}

/* Downhill from the cell `from`. */
static size_t bottom_of(const double *U, size_t n, size_t from) {
    for (;; from++) {
        if (from > 0 && U[from - 1] < U[from])
            from -= 2;
        else if (!(from + 1 < n && U[from + 1] < U[from]))
            return from;
    }
}

/* ---------------------------------------------------------------- on the cells */

static bool arrays(struct escape_exponents *x, size_t n, struct error *err) {
    for (int k = 0; k < EXPONENTS; k++)
        if ((x->slope[k] = array_create(n, sizeof(double), err)) == NULL ||
            (x->U[k] = array_create(n, sizeof(double), err)) == NULL)
            return false;
    return true;
}

static bool fill(const struct escape *e, const struct exponent *exponent, double *work,
                 struct escape_exponents *out, struct error *err) {
    const struct axis *axis = e->passage.grid->axis[0];
    const size_t n = axis->cells;
    double *const slope[EXPONENTS] = {work + POINTS * n, work + 2 * POINTS * n};
    points_of_cells(axis, work);
    if (!slopes_at(e, exponent, POINTS * n, work, slope, err)) return false;
    integrate(axis, slope[EXPONENT_EQUATION], e->within, out->U[EXPONENT_EQUATION]);
    const size_t well = bottom_of(out->U[EXPONENT_EQUATION], n, e->within);
    for (int k = 0; k < EXPONENTS; k++) {
        integrate(axis, slope[k], well, out->U[k]);
        for (size_t i = 0; i < n; i++)
            out->slope[k][i] = slope[k][POINTS * i];
    }
    return true;
}

void escape_exponents_finish(struct escape_exponents *x) {
    for (int k = 0; k < EXPONENTS; k++) {
        free(x->slope[k]), free(x->U[k]);
        x->slope[k] = x->U[k] = NULL;
    }
}

bool escape_exponents_find(const struct escape *e, struct escape_exponents *out,
                           struct error *err) {
    const size_t n = e->passage.grid->cells;
    *out = (struct escape_exponents){0};
    if (model_has_sinks(e->setup->model))
        return fail(&out->why_none, ERROR_RUN, "no exponent with killing or resets"), true;
    struct exponent *exponent = exponent_create(e->setup->model, &out->why_none);
    if (exponent == NULL)
        return !error_is_fatal(&out->why_none) || (*err = out->why_none, false);
    part_begin(&e->parts, "escape: exponents");
    double *work = array_create(3 * POINTS * n, sizeof *work, err);
    const bool good =
        work != NULL && arrays(out, n, err) && fill(e, exponent, work, out, err);
    free(work);
    exponent_destroy(exponent);
    return good;
}

/* ---------------------------------------------------------------- from place to place */

enum { PANELS = 1000 };

static bool climb(const struct escape *e, const struct exponent *exponent, double from,
                  double to, double *work, double U[EXPONENTS], struct error *err) {
    double *const slope[EXPONENTS] = {work + 2 * PANELS, work + 4 * PANELS};
    const double length = (to - from) / PANELS;
    for (int p = 0; p < PANELS; p++)
        gauss_points(from + p * length, from + (p + 1) * length, work + 2 * p);
    if (!slopes_at(e, exponent, 2 * PANELS, work, slope, err)) return false;
    for (int k = 0; k < EXPONENTS; k++) {
        U[k] = 0;
        for (int p = 0; p < 2 * PANELS; p++)
            U[k] += length / 2 * slope[k][p];
    }
    return true;
}

bool escape_exponents_climb(const struct escape *e, double from, double to,
                            double U[EXPONENTS], struct error *err) {
    struct exponent *exponent = exponent_create(e->setup->model, err);
    double *work = exponent ? array_create(6 * PANELS, sizeof *work, err) : NULL;
    const bool good = work != NULL && climb(e, exponent, from, to, work, U, err);
    free(work);
    exponent_destroy(exponent);
    return good;
}
