/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/law_error.h"
#include "io/numbers.h"
#include "solver/laws/law_moments.h"
#include "solver/laws/roughness.h"
#include "solver/transfer/masses.h"
#include <math.h>
#include <stdlib.h>

static const double order_4 = 16; /* what half the cells multiply errors by */

static const double cut = 2,
                    inside = 20; /* of the larger change: where order 1 is erratic */

/* max(d_1, d_2/16); where walls absorb 2 max(d_1, d_2), where rates vary much inside a cell 20. */
static double from_changes(const struct grid_law *on, double near, double far) {
    if (on->half.uneven) return inside * fmax(near, far);
    return grid_absorbs(on->grid) ? cut * fmax(near, far) : fmax(near, far / order_4);
}

double law_error_of(size_t levels, const struct grid_law *on, const double *value) {
    const double nearer = fabs(value[0] - value[1]);
    if (levels < LAW_LEVELS || isnan(nearer)) return nearer;
    return from_changes(on, nearer, fabs(value[1] - value[2]));
}

/* ---------------------------------------------------------------- other cells */

static bool distance(const struct grid_law *fine, const struct grid_law *coarse,
                     struct law_distance *out, struct error *err) {
    return masses_distance(fine->grid, grid_law_mass(fine), coarse->grid,
                           grid_law_mass(coarse), out, err);
}

static bool by_cells(size_t levels, const struct grid_law *on, struct law_error *out,
                     struct error *err) {
    struct law_distance near, far = {0, 0};
    if (!distance(&on[0], &on[1], &near, err) ||
        (levels == LAW_LEVELS && !distance(&on[1], &on[2], &far, err)))
        return false;
    out->l1 = from_changes(on, near.l1, far.l1);
    out->ks = from_changes(on, near.ks, far.ks);
    return true;
}

/* ---------------------------------------------------------------- grain */

/* The largest mass of a line of cells across the axis d; line [cells of axis d] is work. */
static double heaviest(const struct grid *grid, const double *mass, int d, double *line) {
    const size_t nx = grid->axis[0]->cells, n = grid->axis[d]->cells;
    for (size_t k = 0; k < n; k++)
        line[k] = 0;
    for (size_t i = 0; i < grid->cells; i++)
        line[d == 0 ? i % nx : i / nx] += mass[i];
    return numbers_largest(n, line);
}

/* Half of the largest mass that a point may have, where the law is one of points. */
static double lattice(const struct grid_law *law, int d, double *line) {
    const struct axis *axis = law->grid->axis[d];
    const double *mass = grid_law_mass(law);
    if (law->of.kind != ENSEMBLE_SGD || law->row == 0 || !law->narrow) return 0;
    const struct moments m = moments_of_masses(law->grid, mass, d);
    const size_t at = axis_find(axis, m.mean);
    const double width = axis->width[at < axis->cells ? at : 0];
    if (law->unlike * sqrt(m.variance) > width) return 0;
    return 0.5 * heaviest(law->grid, mass, d, line);
}

/* Of points that expanding maps move as if at random. */
static double by_points(const struct grid_law *law) {
    const struct grid *grid = law->grid;
    double width = 0, cell = HUGE_VAL;
    if (law->of.kind != ENSEMBLE_SGD || !law->narrow || !(law->growth > 0)) return 0;
    for (int d = 0; d < grid->dims; d++) {
        width = fmax(width, sqrt(moments_of_masses(grid, grid_law_mass(law), d).variance));
        cell = fmin(cell, axis_narrowest(grid->axis[d]));
    }
    const bool forgotten = law->growth > log(width / cell);
    return forgotten ? fmin(1, 2 * exp(-0.5 * law->choices)) : 0;
}

static bool by_grain(const struct grid_law *law, struct law_error *out, struct error *err) {
    const struct grid *grid = law->grid;
    const double *mass = grid_law_mass(law);
    struct roughness rough;
    double *line = array_create(grid->cells, sizeof *line, err);
    const bool good = line != NULL && roughness_find(grid, mass, &rough, err);
    if (good) {
        out->points = by_points(law);
        out->grain = fmax(fmax(8 * rough.fall, rough.sums / 8), out->points);
        for (int d = 0; d < grid->dims; d++)
            out->grain = fmax(out->grain, lattice(law, d, line));
        out->ks = fmax(out->ks, out->grain);
        out->l1 = fmax(fmax(out->l1, 2 * out->ks), rough.all / 4);
    }
    free(line);
    return good;
}

bool law_error_find(size_t levels, const struct grid_law *on, struct law_error *out,
                    struct error *err) {
    return by_cells(levels, on, out, err) && by_grain(&on[0], out, err);
}
