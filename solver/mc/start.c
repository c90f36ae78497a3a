/* SPDX-License-Identifier: GPL-3.0-or-later
 * Initial states by the inverse distribution function, Box-Muller, or not random at all. */
#include "solver/mc/start.h"
#include "solver/mc/spread.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = WALKERS_BLOCK };

static void reset(struct walkers *w) {
    w->step = 0;
    w->time = 0;
    w->clock = (struct walkers_clock){0};
    for (int d = 0; d < w->dims; d++)
        if (w->v[d] != NULL) memset(w->v[d], 0, w->padded * sizeof *w->v[d]);
    for (size_t i = 0; w->exit_time != NULL && i < w->padded; i++)
        w->exit_time[i] = HUGE_VAL;
}

void walkers_start_point(struct walkers *w, const double *x) {
    reset(w);
    for (int d = 0; d < w->dims; d++)
        for (size_t i = 0; i < w->padded; i++)
            w->x[d][i] = x[d];
}

static void start_block_gaussian(struct walkers *w, size_t first, const double *mean,
                                 const double *covariance) {
    double z[2][LANES], constant[3][LANES];
    const double *const normals[2] = {z[0], z[1]};
    const double *const entry[3] = {constant[0], constant[1], constant[2]};
    double *const x[2] = {w->x[0] + first, w->dims == 2 ? w->x[1] + first : NULL};
    for (int e = 0; e < (w->dims == 1 ? 1 : 3); e++)
        for (size_t i = 0; i < LANES; i++)
            constant[e][i] = covariance[e];
    random_normals(w->key, RANDOM_INITIAL, 0, first, z[0], z[1]);
    spread_apply(w->dims, SPREAD_CHOLESKY, 1, entry, normals, x);
    for (int d = 0; d < w->dims; d++)
        for (size_t i = 0; i < LANES; i++)
            x[d][i] += mean[d];
}

void walkers_start_gaussian(struct walkers *w, const double *mean,
                            const double *covariance) {
    reset(w);
#pragma omp parallel for if (w->padded > LANES)
    for (size_t first = 0; first < w->padded; first += LANES)
        start_block_gaussian(w, first, mean, covariance);
}

static double positive(double p) {
    return p > 0 ? p : 0;
}

/* cumulated[i] = mass of cells < i, scaled to 1; size cells + 1. */
static bool cumulate(const struct grid *grid, const double *p, double *cumulated,
                     struct error *err) {
    double sum = 0, lost = 0; /* compensated: millions of cells to rounding */
    for (size_t i = 0; i < grid->cells; i++) {
        cumulated[i] = sum;
        const double add = positive(p[i]) * grid->volume[i] - lost, next = sum + add;
        lost = (next - sum) - add;
        sum = next;
    }
    cumulated[grid->cells] = sum;
    if (!(sum > 0 && isfinite(sum)))
        return fail(err, ERROR_RUN, "the starting density has no finite mass (%g)", sum);
    for (size_t i = 0; i <= grid->cells; i++)
        cumulated[i] /= sum;
    return true;
}

/* The cell with cumulated[i] <= u < cumulated[i + 1]; never one without mass. */
static size_t find_cell(const double *cumulated, size_t cells, double u) {
    size_t low = 0, high = cells;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (cumulated[middle] <= u)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Relative slope c of the density 1 + c (2 t - 1), t in [0, 1], in cell i of an axis; cells
 * of the line have stride `stride`. */
static double relative_slope(const struct axis *axis, const double *p, size_t i,
                             size_t stride) {
    if (axis->cells < 2) return 0;
    const size_t l = i > 0 ? i - 1 : i, r = i + 1 < axis->cells ? i + 1 : i;
    const double here = positive(p[i * stride]);
    const double rise = positive(p[r * stride]) - positive(p[l * stride]);
    const double slope = rise / (axis->centre[r] - axis->centre[l]);
    const double c = here > 0 ? 0.5 * slope * axis->width[i] / here : 0;
    return fmin(fmax(c, -1), 1);
}

/* Solves t (1 - c) + c t^2 = u for t in [0, 1]. */
static double linear_quantile(double c, double u) {
    const double b = 1 - c;
    return u > 0 ? 2 * u / (b + sqrt(b * b + 4 * c * u)) : 0;
}

static double place(const struct axis *axis, const double *line, size_t i, size_t stride,
                    double u) {
    const double c = relative_slope(axis, line, i, stride);
    return axis->face[i] + axis->width[i] * linear_quantile(c, u);
}

bool start_law_init(struct start_law *law, const struct grid *grid, const double *p,
                    struct error *err) {
    *law = (struct start_law){grid, p, array_create(grid->cells + 1, sizeof(double), err)};
    return law->cumulated != NULL && cumulate(grid, p, law->cumulated, err);
}

void start_law_finish(struct start_law *law) {
    free(law->cumulated);
    law->cumulated = NULL;
}

void start_law_draw(const struct start_law *law, const double u[3], double x[2]) {
    const struct grid *grid = law->grid;
    const size_t cell = find_cell(law->cumulated, grid->cells, u[0]);
    const size_t nx = grid->axis[0]->cells, column = cell % nx, row = cell / nx;
    x[0] = place(grid->axis[0], law->p + row * nx, column, 1, u[1]);
    if (grid->dims == 2) x[1] = place(grid->axis[1], law->p + column, row, nx, u[2]);
}

static void start_block_density(struct walkers *w, const struct start_law *law,
                                size_t first) {
    double u[4][LANES] = {{0}};
    random_uniforms(w->key, RANDOM_INITIAL, 0, first, u[0], u[1]);
    if (w->dims == 2) random_uniforms(w->key, RANDOM_INITIAL, 1, first, u[2], u[3]);
    for (size_t i = 0; i < LANES; i++) {
        double x[2];
        start_law_draw(law, (const double[3]){u[0][i], u[1][i], u[2][i]}, x);
        for (int d = 0; d < w->dims; d++)
            w->x[d][first + i] = x[d];
    }
}

bool walkers_start_density(struct walkers *w, const struct grid *grid, const double *p,
                           struct error *err) {
    struct start_law law;
    const bool ok = start_law_init(&law, grid, p, err);
    if (ok) {
        reset(w);
#pragma omp parallel for if (w->padded > LANES)
        for (size_t first = 0; first < w->padded; first += LANES)
            start_block_density(w, &law, first);
    }
    start_law_finish(&law);
    return ok;
}
