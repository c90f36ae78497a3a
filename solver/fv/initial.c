/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/initial.h"
#include "grids/field.h"
#include "solver/fv/cell_means.h"
#include "solver/fv/gauss.h"
#include <math.h>
#include <stdlib.h>

static size_t rows_of(const struct grid *grid) {
    return grid->dims == 2 ? grid->axis[1]->cells : 1;
}

/* p -> p / mass. */
static bool normalise(const struct grid *grid, double *p, double *mass, struct error *err) {
    *mass = field_mass(grid, p);
    if (!(*mass > 0) || !isfinite(*mass))
        return fail(err, ERROR_SETTINGS,
                    "the initial density has mass %g on the grid; it must be > 0", *mass);
    for (size_t k = 0; k < grid->cells; k++)
        p[k] /= *mass;
    return true;
}

/* ---------------------------------------------------------------- normal laws */

/* Probability of [a, b] under N(mean, std^2): a difference of erfc on the side where both
 * are small. */
static double normal_between(double a, double b, double mean, double std) {
    const double u = (a - mean) / (std * M_SQRT2), v = (b - mean) / (std * M_SQRT2);
    if (u > 0) return 0.5 * (erfc(u) - erfc(v));
    if (v < 0) return 0.5 * (erfc(-v) - erfc(-u));
    return 0.5 * (erf(v) - erf(u));
}

/* The same with all images of a periodic axis that matter. */
static double normal_in_cell(const struct axis *axis, size_t i, double mean, double std) {
    const double lo = axis->face[i], hi = axis->face[i + 1],
                 length = axis->face[axis->cells] - axis->face[0];
    if (axis->boundary[0] != PERIODIC) return normal_between(lo, hi, mean, std);
    const int images = (int)fmin(1000, ceil(1 + (fabs(lo - mean) + 10 * std) / length));
    double sum = 0;
    for (int k = -images; k <= images; k++)
        sum += normal_between(lo + k * length, hi + k * length, mean, std);
    return sum;
}

static bool product_law(const struct grid *grid, const struct gaussian *g, double *p,
                        struct error *err) {
    const struct axis *x = grid->axis[0], *y = grid->axis[1];
    double *part = array_create(x->cells, sizeof *part, err);
    if (part == NULL) return false;
    for (size_t i = 0; i < x->cells; i++)
        part[i] = normal_in_cell(x, i, g->mean[0], g->std[0]) / x->width[i];
    for (size_t j = 0; j < rows_of(grid); j++) {
        const double row =
            grid->dims == 2 ? normal_in_cell(y, j, g->mean[1], g->std[1]) / y->width[j] : 1;
        for (size_t i = 0; i < x->cells; i++)
            p[i + j * x->cells] += g->weight * row * part[i];
    }
    free(part);
    return true;
}

/* Correlated: given x, y is normal with a shifted mean; x by Gauss-Legendre inside its
 * cell. */
static void correlated_law(const struct grid *grid, const struct gaussian *g, double *p) {
    const struct axis *x = grid->axis[0], *y = grid->axis[1];
    const double rest = g->std[1] * sqrt(1 - g->correlation * g->correlation);
    struct gauss q;
    gauss_init(&q);
    for (size_t i = 0; i < x->cells; i++)
        for (int a = 0; a < GAUSS_POINTS; a++) {
            const double z = (x->face[i] + q.x[a] * x->width[i] - g->mean[0]) / g->std[0];
            const double density =
                q.w[a] * exp(-0.5 * z * z) / (g->std[0] * sqrt(2 * M_PI));
            const double mean = g->mean[1] + g->correlation * g->std[1] * z;
            for (size_t j = 0; j < y->cells; j++)
                p[i + j * x->cells] +=
                    g->weight * density * normal_in_cell(y, j, mean, rest) / y->width[j];
        }
}

static bool check_law(const struct grid *grid, const struct gaussian *g,
                      struct error *err) {
    if (!(g->weight >= 0) || !isfinite(g->weight))
        return fail(err, ERROR_SETTINGS, "weight %g; it must not be negative", g->weight);
    for (int d = 0; d < grid->dims; d++)
        if (!isfinite(g->mean[d]) || !(g->std[d] > 0) || !isfinite(g->std[d]))
            return fail(err, ERROR_SETTINGS,
                        "mean %g, std %g; both must be finite and the std > 0", g->mean[d],
                        g->std[d]);
    if (grid->dims == 2 && !(fabs(g->correlation) < 1))
        return fail(err, ERROR_SETTINGS, "correlation %g; it must be between -1 and 1",
                    g->correlation);
    return true;
}

bool initial_gaussians(const struct grid *grid, size_t count, const struct gaussian *law,
                       double *p, double *outside, struct error *err) {
    double total = 0, mass;
    for (size_t k = 0; k < grid->cells; k++)
        p[k] = 0;
    for (size_t k = 0; k < count; k++) {
        if (!check_law(grid, &law[k], err)) return false;
        total += law[k].weight;
        if (grid->dims == 2 && law[k].correlation != 0)
            correlated_law(grid, &law[k], p);
        else if (!product_law(grid, &law[k], p, err))
            return false;
    }
    if (!normalise(grid, p, &mass, err)) return fail_within(err, "normal law");
    *outside = fmax(0, 1 - mass / total);
    return true;
}

/* ---------------------------------------------------------------- uniform, point */

static double overlap(const struct axis *axis, size_t i, double lo, double hi) {
    return fmax(0, fmin(hi, axis->face[i + 1]) - fmax(lo, axis->face[i])) / axis->width[i];
}

bool initial_uniform(const struct grid *grid, const double *lo, const double *hi, double *p,
                     double *outside, struct error *err) {
    double volume = 1, mass;
    for (int d = 0; d < grid->dims; d++) {
        if (!(hi[d] > lo[d]) || !isfinite(hi[d] - lo[d]))
            return fail(err, ERROR_SETTINGS, "max %g is not above min %g", hi[d], lo[d]);
        volume *= hi[d] - lo[d];
    }
    const size_t nx = grid->axis[0]->cells;
    for (size_t k = 0; k < grid->cells; k++) {
        p[k] = overlap(grid->axis[0], k % nx, lo[0], hi[0]);
        if (grid->dims == 2) p[k] *= overlap(grid->axis[1], k / nx, lo[1], hi[1]);
    }
    if (!normalise(grid, p, &mass, err)) return false;
    *outside = fmax(0, 1 - mass / volume);
    return true;
}

/* Cells i and i + 1 share the point so that the mean is x; *upper: the share of i + 1.
 * Within half a cell of an end all is in the end cell. */
static void share(const struct axis *axis, double x, size_t *i, double *upper) {
    size_t cell = axis_find(axis, x);
    if (cell > 0 && x < axis->centre[cell]) cell--;
    *i = cell;
    *upper = 0;
    if (cell + 1 < axis->cells && x > axis->centre[cell])
        *upper = (x - axis->centre[cell]) / (axis->centre[cell + 1] - axis->centre[cell]);
}

bool initial_point(const struct grid *grid, const double *at, double *p,
                   struct error *err) {
    size_t i = 0, j = 0;
    double u = 0, v = 0;
    for (int d = 0; d < grid->dims; d++) {
        const struct axis *axis = grid->axis[d];
        if (axis_find(axis, at[d]) == axis->cells)
            return fail(err, ERROR_SETTINGS, "the point %g lies outside the grid [%g, %g]",
                        at[d], axis->face[0], axis->face[axis->cells]);
        share(axis, at[d], d == 0 ? &i : &j, d == 0 ? &u : &v);
    }
    for (size_t k = 0; k < grid->cells; k++)
        p[k] = 0;
    const size_t nx = grid->axis[0]->cells;
    for (size_t b = 0; b < 2; b++)
        for (size_t a = 0; a < 2; a++) {
            const double part = (a ? u : 1 - u) * (b ? v : 1 - v);
            if (part > 0)
                p[i + a + (j + b) * nx] += part / grid->volume[i + a + (j + b) * nx];
        }
    return true;
}

/* ---------------------------------------------------------------- any density */

struct checked {
    const struct density_function *f;
    int dims;
};

/* Its values, none of them below 0. */
static bool evaluate(const void *self, size_t n, const double *const *x, double *value,
                     struct error *err) {
    const struct checked *c = self;
    if (!c->f->evaluate(c->f->self, n, x, value, err)) return false;
    for (size_t k = 0; k < n; k++)
        if (!(value[k] >= 0) || !isfinite(value[k]))
            return fail(
                err, ERROR_SETTINGS,
                c->dims == 2
                    ? "the initial density is %g at (%g, %g); it must be finite and "
                      ">= 0"
                    : "the initial density is %g at %g; it must be finite and >= 0",
                value[k], x[0][k], c->dims == 2 ? x[1][k] : 0);
    return true;
}

bool initial_density_means(const struct grid *grid, const struct density_function *f,
                           double *p, struct error *err) {
    const struct checked checked = {f, grid->dims};
    return cell_means(grid, evaluate, &checked, p, err);
}

bool initial_density(const struct grid *grid, const struct density_function *f, double *p,
                     struct error *err) {
    double mass;
    return initial_density_means(grid, f, p, err) && normalise(grid, p, &mass, err);
}
