/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/cell_means.h"
#include "solver/fv/gauss.h"
#include <math.h>
#include <stdlib.h>

/* Of a part: Gauss's points, and its two ends from inside. */
enum { G = GAUSS_POINTS, POINTS = G + 2, LINE_PARTS = 64, PLANE_PARTS = 8 };
static const double line_points = 4194304, plane_points = 16777216;
static const double inside = 1e-10, tolerance = 1e-9;
static const int halvings = 24;  /* 64 2^24 > 1 / tolerance */
static const size_t most = 4096; /* parts of a cell that are halved */

/* In a direction. */
static size_t cell_parts(const struct grid *grid) {
    const double n = (double)grid->cells;
    const double parts = grid->dims == 1
                             ? fmin(LINE_PARTS, line_points / (POINTS * n))
                             : fmin(PLANE_PARTS, sqrt(plane_points / (G * G * n)));
    return parts < 1 ? 1 : (size_t)parts;
}

double cell_means_found(const struct grid *grid, int d) {
    static const double widest_gap = 0.19; /* between Gauss's points, of a part */
    const struct axis *axis = grid->axis[d];
    double width = 0;
    for (size_t i = 0; i < axis->cells; i++)
        width = fmax(width, axis->width[i]);
    return widest_gap * width / (double)cell_parts(grid);
}

/* ---------------------------------------------------------------- a line */

struct line_rule {
    struct gauss gauss;
    double x[POINTS], end[2][G]; /* the polynomial at the ends: Sum_k end[e][k] f(x[k]) */
    point_function *f;
    const void *self;
    double width, largest; /* of the present cell: its width, and |f| so far */
    size_t halved;
};

static void rule_init(struct line_rule *r, point_function *f, const void *self) {
    *r = (struct line_rule){.f = f, .self = self};
    gauss_init(&r->gauss);
    for (int k = 0; k < G; k++)
        r->x[k] = r->gauss.x[k];
    r->x[G] = inside, r->x[G + 1] = 1 - inside;
    for (int e = 0; e < 2; e++)
        for (int k = 0; k < G; k++) {
            r->end[e][k] = 1;
            for (int i = 0; i < G; i++)
                if (i != k) r->end[e][k] *= (r->x[G + e] - r->x[i]) / (r->x[k] - r->x[i]);
        }
}

static void place(const struct line_rule *r, double from, double width, double *x) {
    for (int k = 0; k < POINTS; k++)
        x[k] = from + r->x[k] * width;
}

/* By how much the polynomial through value[POINTS] misses f at the ends. */
static double miss(const struct line_rule *r, const double *value) {
    double worst = 0;
    for (int e = 0; e < 2; e++) {
        double at = -value[G + e];
        for (int k = 0; k < G; k++)
            at += r->end[e][k] * value[k];
        worst = fmax(worst, fabs(at));
    }
    return worst;
}

/* *sum += Integral of f from `from` over `width`, by its value[POINTS] where that will do. */
static bool add_part(struct line_rule *r, double from, double width, const double *value,
                     int level, double *sum, struct error *err) {
    double x[POINTS], half[POINTS];
    const double *const at[1] = {x};
    for (int k = 0; k < POINTS; k++)
        r->largest = fmax(r->largest, fabs(value[k]));
    if (level == halvings || r->halved == most ||
        !(miss(r, value) * width > tolerance * r->largest * r->width)) {
        for (int k = 0; k < G; k++)
            *sum += width * r->gauss.w[k] * value[k];
        return true;
    }
    r->halved++;
    for (int side = 0; side < 2; side++) {
        const double start = from + side * width / 2;
        place(r, start, width / 2, x);
        if (!r->f(r->self, POINTS, at, half, err) ||
            !add_part(r, start, width / 2, half, level + 1, sum, err))
            return false;
    }
    return true;
}

/* work: x and f at all points of a cell's parts. */
static bool cell_mean(struct line_rule *r, const struct axis *axis, size_t i, size_t parts,
                      double *work, double *mean, struct error *err) {
    const size_t n = parts * POINTS;
    const double *const x[1] = {work}, width = axis->width[i] / (double)parts;
    double sum = 0;
    for (size_t k = 0; k < parts; k++)
        place(r, axis->face[i] + (double)k * width, width, work + k * POINTS);
    r->width = axis->width[i], r->largest = 0, r->halved = 0;
    if (!r->f(r->self, n, x, work + n, err)) return false;
    for (size_t k = 0; k < n; k++)
        r->largest = fmax(r->largest, fabs(work[n + k]));
    for (size_t k = 0; k < parts; k++)
        if (!add_part(r, axis->face[i] + (double)k * width, width, work + n + k * POINTS, 0,
                      &sum, err))
            return false;
    *mean = sum / r->width;
    return true;
}

static bool line_means(const struct grid *grid, point_function *f, const void *self,
                       double *mean, struct error *err) {
    struct line_rule rule;
    const size_t parts = cell_parts(grid);
    double *work = array_create(2 * parts * POINTS, sizeof *work, err);
    bool good = work != NULL;
    rule_init(&rule, f, self);
    for (size_t i = 0; good && i < grid->cells; i++)
        good = cell_mean(&rule, grid->axis[0], i, parts, work, &mean[i], err);
    free(work);
    return good;
}

/* ---------------------------------------------------------------- the plane */

/* One point of all cells after the other. */
static bool plane_means(const struct grid *grid, point_function *f, const void *self,
                        double *mean, struct error *err) {
    struct gauss q;
    const size_t n = grid->cells, parts = cell_parts(grid), points = parts * G;
    const double part = 1 / (double)parts;
    double *work = array_create(3 * n, sizeof *work, err);
    bool good = work != NULL;
    double *x[2] = {work, good ? work + n : NULL}, *value = good ? work + 2 * n : NULL;
    gauss_init(&q);
    for (size_t i = 0; good && i < n; i++)
        mean[i] = 0;
    for (size_t k = 0; good && k < points * points; k++) {
        const size_t a = k % points, b = k / points;
        const double w = q.w[a % G] * q.w[b % G] * part * part;
        grid_points(grid,
                    (const double[2]){(q.x[a % G] + (double)(a / G)) * part - 0.5,
                                      (q.x[b % G] + (double)(b / G)) * part - 0.5},
                    x);
        good = f(self, n, (const double *const *)x, value, err);
        for (size_t i = 0; good && i < n; i++)
            mean[i] += w * value[i];
    }
    free(work);
    return good;
}

bool cell_means(const struct grid *grid, point_function *f, const void *self, double *mean,
                struct error *err) {
    return (grid->dims == 1 ? line_means : plane_means)(grid, f, self, mean, err);
}
