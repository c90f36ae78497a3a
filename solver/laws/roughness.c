/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/roughness.h"
#include <math.h>
#include <stdlib.h>

/* Fourth differences of g[n]: the largest; their sum is added to *all. */
static double fourth_differences(size_t n, const double *g, double *all) {
    double most = 0;
    for (size_t k = 2; k + 2 < n; k++) {
        const double d = fabs(g[k - 2] + g[k + 2] - 4 * (g[k - 1] + g[k + 1]) + 6 * g[k]);
        most = fmax(most, d);
        *all += d;
    }
    return most;
}

/* The largest fall of the sums of g[n]. */
static double fall_of_sums(size_t n, const double *g) {
    double sum = 0, top = 0, fall = 0;
    for (size_t k = 0; k < n; k++) {
        sum += g[k];
        top = fmax(top, sum), fall = fmax(fall, top - sum);
    }
    return fall;
}

/* line and below [cells of axis d] are work. */
static void along(const struct grid *grid, const double *mass, int d, double *line,
                  double *below, struct roughness *out) {
    const size_t nx = grid->axis[0]->cells, n = grid->axis[d]->cells;
    const size_t lines = grid->cells / n, step = d == 0 ? 1 : nx, next = d == 0 ? nx : 1;
    double unused = 0;
    for (size_t k = 0; k < n; k++)
        below[k] = 0;
    for (size_t l = 0; l < lines; l++) {
        for (size_t k = 0; k < n; k++)
            line[k] = mass[l * next + k * step], below[k] += line[k];
        out->most = fmax(out->most, fourth_differences(n, line, &out->all));
        out->sums = fmax(out->sums, fourth_differences(n, below, &unused));
        out->fall = fmax(out->fall, fall_of_sums(n, below));
    }
}

bool roughness_find(const struct grid *grid, const double *mass, struct roughness *out,
                    struct error *err) {
    double *work = array_create(2 * grid->cells, sizeof *work, err);
    *out = (struct roughness){0};
    for (int d = 0; work != NULL && d < grid->dims; d++)
        along(grid, mass, d, work, work + grid->cells, out);
    free(work);
    return work != NULL;
}
