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

/* Of the outcomes from two points that are `length` apart along the axis d. */
static void compare(const struct grid *grid, int d, double length,
                    const struct outcome *one, const struct outcome *other, size_t n,
                    struct stretch *out) {
    for (size_t k = 0; k < n; k++)
        for (int e = 0; e < grid->dims; e++) {
            const double from = one[k].landing[e], way = fabs(other[k].landing[e] - from);
            const double q = way / (step * width_at(grid->axis[e], from));
            if (q > jump || one[k].probability == 0) continue;
            out->most[d] = fmax(out->most[d], q);
            out->uneven = fmax(out->uneven, fabs(way / length - (e == d)));
        }
}

bool stretch_of_cell(const struct process *process, const struct grid *grid, size_t j,
                     void *scratch, struct outcome *outcome, struct stretch *out,
                     struct error *err) {
    const size_t nx = grid->axis[0]->cells, index[2] = {j % nx, j / nx};
    struct outcome *const moved = outcome + process->most;
    size_t n = 0, m = 0;
    double w[2] = {0};
    *out = (struct stretch){0};
    for (int d = 0; d < grid->dims; d++)
        w[d] = grid->axis[d]->centre[index[d]];
    if (!process->outcomes(process, w, scratch, outcome, &n, err)) return false;
    for (int d = 0; d < grid->dims; d++) {
        const double length = step * grid->axis[d]->width[index[d]];
        double there[2] = {w[0], w[1]};
        there[d] += length;
        if (!process->outcomes(process, there, scratch, moved, &m, err)) return false;
        if (m == n) compare(grid, d, length, outcome, moved, n, out);
    }
    return true;
}

size_t stretch_parts(double stretch) {
    if (stretch <= enough) return 1;
    return (size_t)fmin(ceil(stretch - rounding), POINTS_MOST);
}
