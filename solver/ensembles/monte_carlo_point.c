/* SPDX-License-Identifier: GPL-3.0-or-later
 * A start at one point: the walkers' are all there, the density's is shared by the cells
 * around it. What this makes of a comparison. */
#include "grids/field.h"
#include "solver/ensembles/monte_carlo_parts.h"
#include <math.h>

/* Largest change of the normal distribution function: by a shift of one standard deviation,
 * and by a variance larger by its own size, to first order. */
static const double by_shift = 0.3989, by_variance = 0.1210;
static const double most = 0.5;

size_t part_judged_from(const struct setup *setup) {
    return setup->at_point ? 1 : 0;
}

/* Nothing known, nothing to tell. */
struct comparison part_no_comparison(double tolerance) {
    const double none = (double)NAN;
    return (struct comparison){.delta = tolerance,
                               .samples = none,
                               .chi2_p = none,
                               .divergence = none,
                               .divergence_bound = none,
                               .ks = none,
                               .ks_p = none,
                               .l1 = none,
                               .l1_floor = none,
                               .z_largest = none,
                               .p = none,
                               .verdict = VERDICT_CANNOT_TELL,
                               .needed = none};
}

/* Of the cells' masses at their centres about the point: sum of (c - x)^power along d. */
static double about_point(const struct setup *setup, int d, int power) {
    const struct grid *grid = setup->grid;
    const size_t nx = grid->axis[0]->cells;
    double sum = 0;
    for (size_t k = 0; k < grid->cells; k++) {
        const double c = grid->axis[d]->centre[d == 0 ? k % nx : k / nx];
        if (setup->initial[k] != 0)
            sum += setup->initial[k] * grid->volume[k] * pow(c - setup->point[d], power);
    }
    return sum;
}

/* The density of a wide law is off by the shift m of its start, and by the variance
 * s^2 - h^2/12, s^2 of the shares at the centres, h^2/12 of a law that fills cells. Both
 * shrink where the drift contracts: a bound. */
double part_start_spread(const struct setup *setup, const double *density) {
    double distance = 0;
    for (int d = 0; d < setup->grid->dims && setup->at_point; d++) {
        const struct axis *axis = setup->grid->axis[d];
        const double h = axis->width[axis_find(axis, setup->point[d])],
                     variance = field_moments(setup->grid, density, d).variance,
                     wrong = fabs(about_point(setup, d, 2) - h * h / 12),
                     shift = fabs(about_point(setup, d, 1));
        if (!(variance > 0)) return most;
        const double here =
            by_shift * shift / sqrt(variance) + by_variance * wrong / variance;
        distance = fmax(distance, here);
    }
    return fmin(distance, most);
}

bool part_summary(const struct part *p, const struct setup *setup, size_t rows,
                  struct comparison_summary *out, struct error *err) {
    const size_t first = part_judged_from(setup);
    *out = (struct comparison_summary){
        .verdict = VERDICT_CANNOT_TELL, .p = 1, .sentence = "no snapshot was compared yet"};
    return rows <= first || compare_summarise(rows - first, p->each + first, out, err);
}
