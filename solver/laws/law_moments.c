/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/law_moments.h"
#include "grids/sum.h"
#include "solver/transfer/masses.h"
#include <math.h>

static double centre_of(const struct grid *grid, size_t cell, int d) {
    const size_t nx = grid->axis[0]->cells;
    return grid->axis[d]->centre[d == 0 ? cell % nx : cell / nx];
}

/* Sum_i m_i (x_i - a)^j (y_i - b)^k / Sum_i m_i */
static double central(const struct grid *grid, const double *mass, const double at[2],
                      const int power[2]) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++) {
        double product = mass[i];
        for (int d = 0; d < grid->dims; d++)
            for (int k = 0; k < power[d]; k++)
                product *= centre_of(grid, i, d) - at[d];
        sum_add(&sum, product);
    }
    return sum_value(sum) / masses_sum(grid->cells, mass);
}

static double along(const struct grid *grid, const double *mass, int d, double at,
                    int power) {
    double place[2] = {0, 0};
    int powers[2] = {0, 0};
    place[d] = at, powers[d] = power;
    return central(grid, mass, place, powers);
}

struct moments moments_of_masses(const struct grid *grid, const double *mass, int d) {
    const double one_place = 1e-12; /* of a cell's width squared: rounding */
    const struct axis *axis = grid->axis[d];
    const double middle = axis->centre[axis->cells / 2];
    struct moments m = {.mean = middle + along(grid, mass, d, middle, 1),
                        .skewness = (double)NAN,
                        .kurtosis = (double)NAN};
    const double width = axis->width[axis->cells / 2];
    m.variance = fmax(0, along(grid, mass, d, m.mean, 2));
    if (m.variance > one_place * width * width) {
        m.skewness = along(grid, mass, d, m.mean, 3) / (m.variance * sqrt(m.variance));
        m.kurtosis = along(grid, mass, d, m.mean, 4) / (m.variance * m.variance);
    }
    return m;
}

double covariance_of_masses(const struct grid *grid, const double *mass) {
    const double mean[2] = {moments_of_masses(grid, mass, 0).mean,
                            moments_of_masses(grid, mass, 1).mean};
    return central(grid, mass, mean, (const int[2]){1, 1});
}

double mean_of_masses(const struct grid *grid, const double *mass, const double *value) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++)
        sum_add(&sum, mass[i] * value[i]);
    return sum_value(sum) / masses_sum(grid->cells, mass);
}
