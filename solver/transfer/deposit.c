/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/deposit.h"
#include "grids/lagrange.h"
#include <math.h>

static const double no_weight = 1e-15; /* rounding of a point that lands on a centre */

static double lower_end(const struct axis *axis) {
    return axis->face[0];
}
static double upper_end(const struct axis *axis) {
    return axis->face[axis->cells];
}
static bool is_periodic(const struct axis *axis) {
    return axis->boundary[0] == PERIODIC;
}

double deposit_centre(const struct axis *axis, long k) {
    const long n = (long)axis->cells;
    const double length = upper_end(axis) - lower_end(axis);
    if (k >= 0 && k < n) return axis->centre[k];
    if (is_periodic(axis))
        return k < 0 ? axis->centre[k + n] - length : axis->centre[k - n] + length;
    return k < 0 ? 2 * lower_end(axis) - axis->centre[-1 - k]
                 : 2 * upper_end(axis) - axis->centre[2 * n - 1 - k];
}

size_t deposit_image(const struct axis *axis, long k) {
    const long n = (long)axis->cells;
    if (k >= 0 && k < n) return (size_t)k;
    if (is_periodic(axis)) return (size_t)(k < 0 ? k + n : k - n);
    return (size_t)(k < 0 ? -1 - k : 2 * n - 1 - k);
}

/* Into [lo, hi]; stays outside where it passes an absorbing end. */
static double fold(const struct axis *axis, double x) {
    const double lo = lower_end(axis), hi = upper_end(axis), length = hi - lo;
    if (x >= lo && x <= hi) return x;
    const bool low = axis->boundary[0] == REFLECTING,
               high = axis->boundary[1] == REFLECTING;
    if (is_periodic(axis)) {
        const double y = fmod(x - lo, length);
        return fmin(lo + (y < 0 ? y + length : y), hi);
    }
    if (low && high) {
        const double y = fabs(fmod(x - lo, 2 * length));
        return fmin(lo + (y > length ? 2 * length - y : y), hi);
    }
    if (x < lo && low) return 2 * lo - x;
    if (x > hi && high) return 2 * hi - x;
    return x;
}

/* The k with c_k <= x < c_{k+1}, at most three centres beyond an end. */
static long below(const struct axis *axis, double x) {
    const long n = (long)axis->cells;
    long k = (long)axis_find(axis, x);
    if (k < n) return x >= axis->centre[k] ? k : k - 1;
    if (x < lower_end(axis))
        for (k = -1; k > -3 && deposit_centre(axis, k) > x;)
            k--;
    else
        for (k = n - 1; k < n + 1 && deposit_centre(axis, k + 1) <= x;)
            k++;
    return k;
}

static bool is_gone(const struct axis *axis, long k) {
    return (k < 0 && axis->boundary[0] == ABSORBING) ||
           (k >= (long)axis->cells && axis->boundary[1] == ABSORBING);
}

static int centres_of(enum deposit_kind kind) {
    return kind == DEPOSIT_LINEAR ? 2 : kind == DEPOSIT_CUBIC ? 4 : 6;
}

static struct deposit along(const struct axis *axis, enum deposit_kind kind, double x) {
    struct deposit out = {0};
    const int centres = centres_of(kind);
    const double landed = fold(axis, x);
    const long k = below(axis, landed), n = (long)axis->cells, first = k + 1 - centres / 2;
    double at[6], weight[6];
    if (k <= -3 || k > n) return out.absorbed = 1, out;
    for (int j = 0; j < centres; j++)
        at[j] = deposit_centre(axis, first + j);
    lagrange_weights(centres, at, landed, weight);
    for (int j = 0; j < centres; j++) {
        if (fabs(weight[j]) < no_weight) continue;
        if (is_gone(axis, first + j))
            out.absorbed += weight[j];
        else
            out.cell[out.n] = deposit_image(axis, first + j),
            out.weight[out.n++] = weight[j];
    }
    return out;
}

struct deposit deposit_at(const struct grid *grid, enum deposit_kind kind,
                          const double *w) {
    const struct deposit x = along(grid->axis[0], kind, w[0]);
    if (grid->dims == 1) return x;
    const struct deposit y = along(grid->axis[1], kind, w[1]);
    struct deposit out = {.absorbed = x.absorbed + (1 - x.absorbed) * y.absorbed};
    for (int b = 0; b < y.n; b++)
        for (int a = 0; a < x.n; a++, out.n++)
            out.cell[out.n] = x.cell[a] + y.cell[b] * grid->axis[0]->cells,
            out.weight[out.n] = x.weight[a] * y.weight[b];
    return out;
}
