/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/field.h"
#include "grids/sum.h"
#include <assert.h>

double field_mass(const struct grid *grid, const double *p) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++)
        sum_add(&sum, p[i] * grid->volume[i]);
    return sum_value(sum);
}

double field_l1(const struct grid *grid, const double *p, const double *q) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++)
        sum_add(&sum, fabs(p[i] - q[i]) * grid->volume[i]);
    return sum_value(sum);
}

double field_negative(const struct grid *grid, const double *p) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++)
        if (p[i] < 0) sum_add(&sum, -p[i] * grid->volume[i]);
    return sum_value(sum);
}

double field_min(const struct grid *grid, const double *p) {
    double least = p[0];
    for (size_t i = 1; i < grid->cells; i++)
        if (p[i] < least) least = p[i];
    return least;
}

double field_integral(const struct grid *grid, const double *p, const double *weight) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++)
        sum_add(&sum, p[i] * weight[i] * grid->volume[i]);
    return sum_value(sum);
}

double field_entropy(const struct grid *grid, const double *p) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++)
        if (p[i] > 0) sum_add(&sum, -p[i] * log(p[i]) * grid->volume[i]);
    return sum_value(sum);
}

double field_relative_entropy(const struct grid *grid, const double *p, const double *q) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++) {
        if (!(p[i] > 0)) continue;
        if (!(q[i] > 0)) return INFINITY;
        sum_add(&sum, p[i] * (log(p[i]) - log(q[i])) * grid->volume[i]);
    }
    return sum_value(sum);
}

void field_marginal(const struct grid *grid, const double *p, int d, double *marginal) {
    assert(grid->dims == 2);
    const struct axis *x = grid->axis[d], *y = grid->axis[1 - d];
    const size_t step = d == 0 ? 1 : grid->axis[0]->cells;
    const size_t across = d == 0 ? grid->axis[0]->cells : 1;
    for (size_t i = 0; i < x->cells; i++) {
        struct sum sum = {0};
        for (size_t j = 0; j < y->cells; j++)
            sum_add(&sum, p[i * step + j * across] * y->width[j]);
        marginal[i] = sum_value(sum);
    }
}

/* ---------------------------------------------------------------------------- moments */

/* Slope at the centre of cell i of the parabola through three cell averages (Colella &
 * Woodward, J. Comput. Phys. 54, 174, 1984, eq. 1.7), cut so that the line stays positive
 * inside the cell: a density confined to one cell keeps a variance >= 0. p, stride: the row
 * along the axis. */
static double cell_slope(const struct axis *axis, const double *p, size_t stride,
                         size_t i) {
    const size_t n = axis->cells;
    const bool periodic = axis->boundary[0] == PERIODIC;
    const size_t left = i > 0 ? i - 1 : periodic ? n - 1 : i;
    const size_t right = i + 1 < n ? i + 1 : periodic ? 0 : i;
    const double h = axis->width[i], hl = axis->width[left], hr = axis->width[right];
    const double pc = p[i * stride], up = p[right * stride] - pc,
                 down = pc - p[left * stride];
    double slope;
    if (left == i)
        slope = 2 * up / (h + hr);
    else if (right == i)
        slope = 2 * down / (h + hl);
    else
        slope =
            ((2 * hl + h) / (hr + h) * up + (h + 2 * hr) / (hl + h) * down) / (hl + h + hr);
    const double most = 2 * fabs(pc) / h;
    return fmax(-most, fmin(most, slope));
}

/* Position of cell k of the grid along dimension d. */
struct place {
    size_t index;      /* along d */
    const double *row; /* start of the row along d */
    size_t stride;
};
static struct place place_of(const struct grid *grid, const double *p, size_t k, int d) {
    const size_t nx = grid->axis[0]->cells;
    const size_t i = grid->dims == 2 ? k % nx : k, j = grid->dims == 2 ? k / nx : 0;
    return d == 0 ? (struct place){i, p + j * nx, 1} : (struct place){j, p + i, nx};
}

/* Adds to sums[m] the integrals over one cell, times the width across,
 *     Integral (x - about)^m p dx,   m = 0 .. 4,   p = p_c + slope (x - x_c). */
static void add_powers(const struct grid *grid, const double *p, size_t k, int d,
                       double about, struct sum *sums) {
    const struct axis *axis = grid->axis[d];
    const struct place at = place_of(grid, p, k, d);
    const double h = axis->width[at.index], c = axis->centre[at.index] - about;
    const double V = grid->volume[k], pc = p[k];
    const double s = cell_slope(axis, at.row, at.stride, at.index);
    const double h2 = h * h / 12, h4 = h * h * h * h / 80; /* means of xi^2 and xi^4 */
    sum_add(&sums[0], V * pc);
    sum_add(&sums[1], V * (pc * c + s * h2));
    sum_add(&sums[2], V * (pc * (c * c + h2) + s * 2 * c * h2));
    sum_add(&sums[3], V * (pc * c * (c * c + 3 * h2) + s * (3 * c * c * h2 + h4)));
    sum_add(&sums[4],
            V * (pc * (c * c * (c * c + 6 * h2) + h4) + s * c * (4 * c * c * h2 + 4 * h4)));
}

struct moments field_moments(const struct grid *grid, const double *p, int d) {
    double about = grid->axis[d]->centre[grid->axis[d]->cells / 2], m[5] = {0};
    for (int pass = 0; pass < 2; pass++) { /* second pass about the mean: no cancellation */
        struct sum sums[5] = {{0}};
        if (pass == 1) about += m[1];
        for (size_t k = 0; k < grid->cells; k++)
            add_powers(grid, p, k, d, about, sums);
        for (int j = 0; j < 5; j++)
            m[j] = sum_value(sums[j]) / sum_value(sums[0]);
    }
    const double shift = m[1], variance = m[2] - shift * shift;
    return (struct moments){.mean = about + shift,
                            .variance = variance,
                            .skewness = m[3] / (variance * sqrt(variance)),
                            .kurtosis = m[4] / (variance * variance)};
}

double field_covariance(const struct grid *grid, const double *p) {
    assert(grid->dims == 2);
    const double mx = field_moments(grid, p, 0).mean, my = field_moments(grid, p, 1).mean;
    struct sum sum = {0};
    for (size_t k = 0; k < grid->cells; k++) {
        const struct place x = place_of(grid, p, k, 0), y = place_of(grid, p, k, 1);
        const double cx = grid->axis[0]->centre[x.index] - mx;
        const double cy = grid->axis[1]->centre[y.index] - my;
        const double hx = grid->axis[0]->width[x.index], hy = grid->axis[1]->width[y.index];
        const double sx = cell_slope(grid->axis[0], x.row, x.stride, x.index);
        const double sy = cell_slope(grid->axis[1], y.row, y.stride, y.index);
        sum_add(&sum, grid->volume[k] *
                          (p[k] * cx * cy + (sx * cy * hx * hx + sy * cx * hy * hy) / 12));
    }
    return sum_value(sum) / field_mass(grid, p);
}

/* ----------------------------------------------------------- transfer between grids */

void field_restrict(const struct grid *fine, size_t by, const double *p,
                    const struct grid *coarse, double *q) {
    const size_t nx = fine->axis[0]->cells, Nx = coarse->axis[0]->cells;
    const size_t rows = fine->dims == 2 ? by : 1;
    for (size_t K = 0; K < coarse->cells; K++) {
        const size_t I = K % Nx, J = K / Nx;
        double mass = 0, volume = 0;
        for (size_t b = 0; b < rows; b++)
            for (size_t a = 0; a < by; a++) {
                const size_t k = I * by + a + (J * rows + b) * nx;
                mass += p[k] * fine->volume[k], volume += fine->volume[k];
            }
        q[K] = mass / volume;
    }
}

/* The average over one fine cell as Sum_m weight[m] q[first + m] of coarse averages q: the
 * difference at its faces of the cubic through the running integral at four coarse
 * faces. */
struct stencil {
    size_t first, length;
    double weight[3];
};

static double running_weight(const double *F, int m, double x) {
    double sum = 0; /* d/d(average m) of the interpolated running integral at x */
    for (int j = m + 1; j < 4; j++) {
        double basis = 1;
        for (int i = 0; i < 4; i++)
            if (i != j) basis *= (x - F[i]) / (F[j] - F[i]);
        sum += basis;
    }
    return sum * (F[m + 1] - F[m]);
}

static struct stencil stencil_of(const struct axis *coarse, size_t by,
                                 const struct axis *fine, size_t i) {
    const size_t I = i / by, N = coarse->cells;
    if (N < 3) return (struct stencil){I, 1, {1}};
    struct stencil s = {I == 0 ? 0 : I == N - 1 ? N - 3 : I - 1, 3, {0}};
    const double *F = coarse->face + s.first;
    for (int m = 0; m < 3; m++)
        s.weight[m] = (running_weight(F, m, fine->face[i + 1]) -
                       running_weight(F, m, fine->face[i])) /
                      fine->width[i];
    return s;
}

void field_prolong(const struct grid *coarse, const double *q, size_t by,
                   const struct grid *fine, double *p) {
    const size_t nx = fine->axis[0]->cells, Nx = coarse->axis[0]->cells;
    const size_t rows = fine->cells / nx;
    for (size_t j = 0; j < rows; j++) {
        const struct stencil y = rows > 1
                                     ? stencil_of(coarse->axis[1], by, fine->axis[1], j)
                                     : (struct stencil){0, 1, {1}};
        for (size_t i = 0; i < nx; i++) {
            const struct stencil x = stencil_of(coarse->axis[0], by, fine->axis[0], i);
            double sum = 0;
            for (size_t b = 0; b < y.length; b++)
                for (size_t a = 0; a < x.length; a++)
                    sum += y.weight[b] * x.weight[a] * q[x.first + a + (y.first + b) * Nx];
            p[i + j * nx] = sum;
        }
    }
}
