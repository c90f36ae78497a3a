/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/law_distances.h"
#include "grids/field.h"
#include "solver/mc/compare.h"
#include <math.h>
#include <stdlib.h>

/* Integral of |u| over a length h, u linear from a to b. */
static double absolute(double a, double b, double h) {
    if (a * b >= 0) return 0.5 * h * fabs(a + b);
    return 0.5 * h * (a * a + b * b) / (fabs(a) + fabs(b));
}

/* diff[cells]: difference of the masses in the cells of one axis. */
static double transport(const struct axis *axis, const double *diff) {
    double below = 0, work = 0;
    for (size_t i = 0; i < axis->cells; i++) {
        work += absolute(below, below + diff[i], axis->width[i]);
        below += diff[i];
    }
    return work;
}

/* out[cells of axis d]: sums of diff over the other variable. */
static void project(const struct grid *grid, const double *diff, int d, double *out) {
    const size_t nx = grid->axis[0]->cells;
    for (size_t i = 0; i < grid->axis[d]->cells; i++)
        out[i] = 0;
    for (size_t i = 0; i < grid->cells; i++)
        out[d == 0 ? i % nx : i / nx] += diff[i];
}

bool law_distances(const struct grid *grid, const double *p, const double *q,
                   struct law_distances *out, struct error *err) {
    const size_t n = grid->cells;
    double *diff = array_create(2 * n, sizeof *diff, err), *marginal = diff + n;
    if (diff == NULL) return false;
    for (size_t i = 0; i < n; i++)
        diff[i] = (p[i] - q[i]) * grid->volume[i];
    *out = (struct law_distances){field_l1(grid, p, q), compare_distance(grid, diff), 0};
    for (int d = 0; d < grid->dims; d++) {
        project(grid, diff, d, marginal);
        out->w1 = fmax(out->w1, transport(grid->axis[d], marginal));
    }
    free(diff);
    return true;
}
