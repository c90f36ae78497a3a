/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/stretch.h"
#include "solver/transfer/points.h"
#include <math.h>

static const double step = 1.0 / 1024, jump = 32, enough = 1.5;
static const double rounding = 1e-3; /* of a quotient */

static double width_at(const struct axis *axis, double x) {
    const size_t i = axis_find(axis, x);
    return i < axis->cells ? axis->width[i] : HUGE_VAL; /* outside: does not count */
}

/* The largest quotient, along any axis, of the outcomes from two points that are `step`
 * cells apart. */
static double quotient(const struct grid *grid, const struct outcome *one,
                       const struct outcome *other, size_t n) {
    double most = 0;
    for (size_t k = 0; k < n; k++)
        for (int d = 0; d < grid->dims; d++) {
            const double from = one[k].landing[d], to = other[k].landing[d];
            const double q = fabs(to - from) / (step * width_at(grid->axis[d], from));
            if (q <= jump && one[k].probability != 0) most = fmax(most, q);
        }
    return most;
}

bool stretch_of_cell(const struct process *process, const struct grid *grid, size_t j,
                     void *scratch, struct outcome *outcome, double *stretch,
                     struct error *err) {
    const size_t nx = grid->axis[0]->cells, index[2] = {j % nx, j / nx};
    struct outcome *const moved = outcome + process->most;
    size_t n = 0, m = 0;
    double w[2] = {0};
    for (int d = 0; d < grid->dims; d++)
        w[d] = grid->axis[d]->centre[index[d]];
    if (!process->outcomes(process, w, scratch, outcome, &n, err)) return false;
    for (int d = 0; d < grid->dims; d++) {
        double there[2] = {w[0], w[1]};
        there[d] += step * grid->axis[d]->width[index[d]];
        if (!process->outcomes(process, there, scratch, moved, &m, err)) return false;
        stretch[d] = m == n ? quotient(grid, outcome, moved, n) : 0;
    }
    return true;
}

size_t stretch_parts(double stretch) {
    if (stretch <= enough) return 1;
    return (size_t)fmin(ceil(stretch - rounding), POINTS_MOST);
}
