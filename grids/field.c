/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/field.h"
#include "grids/sum.h"
#include "io/clones.h"
#include "io/eight.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Blocks of cells that lie in one row of x. */
enum { BLOCK = 128, LANES = 8 };

/* Eight sums side by side, for the next addition to one must wait for the last. They lie
 * anywhere: gcc 12 does not align an array for a function that wider SIMD is chosen for. */
struct eight_sums {
    eight_anywhere s, c; /* of grids/sum.h */
};

/* sum_add of vectors; the terms are padded with zeros to whole vectors. */
BLOCK_LOOP static void field_add(size_t vectors, const eight_anywhere *term,
                                 struct eight_sums *sums) {
    eight s = sums->s, c = sums->c;
    for (size_t m = 0; m < vectors; m++) {
        const eight x = term[m], t = s + x, part = t - s;
        c += (s - (t - part)) + (x - part);
        s = t;
    }
    sums->s = s, sums->c = c;
}

/* Adds n <= BLOCK terms, which are in an array of BLOCK. */
static void add_terms(size_t n, double *term, struct eight_sums *sums) {
    const size_t vectors = (n + LANES - 1) / LANES;
    memset(term + n, 0, (vectors * LANES - n) * sizeof *term);
    field_add(vectors, eight_at(term), sums);
}

static double value_of(const struct eight_sums *sums) {
    struct sum all = {0};
    for (int j = 0; j < LANES; j++)
        sum_add(&all, sums->s[j]);
    for (int j = 0; j < LANES; j++)
        sum_add(&all, sums->c[j]);
    return sum_value(all);
}

/* Integrals over n cells of volumes V. */
typedef void terms_of(size_t n, const double *V, const double *p, const double *q,
                      double *restrict term);

/* q: NULL where the terms have none. */
static double sum_of(const struct grid *grid, terms_of *terms, const double *p,
                     const double *q) {
    struct eight_sums sums = {{0}, {0}};
    double term[BLOCK];
    for (size_t i = 0; i < grid->cells; i += BLOCK) {
        const size_t n = grid->cells - i < BLOCK ? grid->cells - i : BLOCK;
        terms(n, grid->volume + i, p + i, q != NULL ? q + i : NULL, term);
        add_terms(n, term, &sums);
    }
    return value_of(&sums);
}

static void mass_terms(size_t n, const double *V, const double *p, const double *q,
                       double *restrict term) {
    (void)q;
    for (size_t m = 0; m < n; m++)
        term[m] = p[m] * V[m];
}

static void l1_terms(size_t n, const double *V, const double *p, const double *q,
                     double *restrict term) {
    for (size_t m = 0; m < n; m++)
        term[m] = fabs(p[m] - q[m]) * V[m];
}

static void negative_terms(size_t n, const double *V, const double *p, const double *q,
                           double *restrict term) {
    (void)q;
    for (size_t m = 0; m < n; m++)
        term[m] = p[m] < 0 ? -p[m] * V[m] : 0;
}

static void integral_terms(size_t n, const double *V, const double *p, const double *q,
                           double *restrict term) {
    for (size_t m = 0; m < n; m++)
        term[m] = p[m] * q[m] * V[m];
}

double field_mass(const struct grid *grid, const double *p) {
    return sum_of(grid, mass_terms, p, NULL);
}

double field_l1(const struct grid *grid, const double *p, const double *q) {
    return sum_of(grid, l1_terms, p, q);
}

double field_negative(const struct grid *grid, const double *p) {
    return sum_of(grid, negative_terms, p, NULL);
}

double field_integral(const struct grid *grid, const double *p, const double *weight) {
    return sum_of(grid, integral_terms, p, weight);
}

double field_min(const struct grid *grid, const double *p) {
    double least = p[0];
    for (size_t i = 1; i < grid->cells; i++)
        if (p[i] < least) least = p[i];
    return least;
}

double field_entropy(const struct grid *grid, const double *p) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++)
        if (p[i] > 0) sum_add(&sum, -p[i] * log(p[i]) * grid->volume[i]);
    return sum_value(sum);
}

/* ln (p / q), one logarithm where p / q is neither too large nor too small for a double. */
static double log_ratio(double p, double q) {
    const double ratio = p / q;
    return ratio > 1e-300 && ratio < 1e300 ? log(ratio) : log(p) - log(q);
}

double field_relative_entropy(const struct grid *grid, const double *p, const double *q) {
    struct sum sum = {0};
    for (size_t i = 0; i < grid->cells; i++) {
        if (!(p[i] > 0)) continue;
        if (!(q[i] > 0)) return INFINITY;
        sum_add(&sum, p[i] * log_ratio(p[i], q[i]) * grid->volume[i]);
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
static inline double cell_slope(const struct axis *axis, const double *p, size_t stride,
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
    slope = slope < most ? slope : most;
    return slope > -most ? slope : -most;
}

/* Position of cell k of the grid along dimension d. */
struct place {
    size_t index;      /* along d */
    const double *row; /* start of the row along d */
    size_t stride;
};
static inline struct place place_of(const struct grid *grid, const double *p, size_t k,
                                    int d) {
    const size_t nx = grid->axis[0]->cells;
    const size_t i = grid->dims == 2 ? k % nx : k, j = grid->dims == 2 ? k / nx : 0;
    return d == 0 ? (struct place){i, p + j * nx, 1} : (struct place){j, p + i, nx};
}

/* In each cell of a block p is the line p_c + s (x - x_c). */
struct lines {
    size_t n;
    double h[BLOCK], x[BLOCK]; /* width and centre along the dimension asked for */
    double s[BLOCK];
    double term[5][BLOCK]; /* integrals over the cells */
};

/* cell_slope of n cells that have two neighbours: widths h and averages p of theirs. */
BLOCK_LOOP static void field_slopes(size_t n, const double *hl, const double *h,
                                    const double *hr, const double *pl, const double *p,
                                    const double *pr, double *restrict s) {
    for (size_t m = 0; m < n; m++) {
        const double up = pr[m] - p[m], down = p[m] - pl[m];
        const double slope = ((2 * hl[m] + h[m]) / (hr[m] + h[m]) * up +
                              (h[m] + 2 * hr[m]) / (hl[m] + h[m]) * down) /
                             (hl[m] + h[m] + hr[m]);
        const double most = 2 * fabs(p[m]) / h[m];
        const double cut = slope < most ? slope : most;
        s[m] = cut > -most ? cut : -most;
    }
}

/* Cells first .. first + n - 1 along x: those without a neighbour on both sides one by one. */
static void lines_along_x(const struct axis *x, const double *row, size_t first,
                          struct lines *l) {
    const size_t from = first > 0 ? first : 1, end = first + l->n;
    const size_t to = end < x->cells ? end : x->cells - 1;
    memcpy(l->h, x->width + first, l->n * sizeof *l->h);
    memcpy(l->x, x->centre + first, l->n * sizeof *l->x);
    if (from < to) {
        const double *h = x->width + from, *p = row + from;
        field_slopes(to - from, h - 1, h, h + 1, p - 1, p, p + 1, l->s + (from - first));
    }
    if (first == 0) l->s[0] = cell_slope(x, row, 1, 0);
    if (end == x->cells) l->s[l->n - 1] = cell_slope(x, row, 1, x->cells - 1);
}

/* p: the first of the cells, all of which have place j along y. */
static void lines_across_x(const struct axis *y, const double *p, size_t j, size_t stride,
                           struct lines *l) {
    for (size_t m = 0; m < l->n; m++) {
        l->h[m] = y->width[j], l->x[m] = y->centre[j];
        l->s[m] = cell_slope(y, p + m - j * stride, stride, j);
    }
}

/* The integrals over each cell, times the width across,
 *     Integral (x - about)^m p dx,   m = 0 .. 4. */
BLOCK_LOOP static void field_terms_powers(struct lines *restrict l,
                                          const double *restrict V,
                                          const double *restrict p, double about) {
    for (size_t m = 0; m < l->n; m++) {
        const double h = l->h[m], c = l->x[m] - about, s = l->s[m];
        const double h2 = h * h / 12, h4 = h * h * h * h / 80; /* means of xi^2 and xi^4 */
        l->term[0][m] = V[m] * p[m];
        l->term[1][m] = V[m] * (p[m] * c + s * h2);
        l->term[2][m] = V[m] * (p[m] * (c * c + h2) + s * 2 * c * h2);
        l->term[3][m] = V[m] * (p[m] * c * (c * c + 3 * h2) + s * (3 * c * c * h2 + h4));
        l->term[4][m] = V[m] * (p[m] * (c * c * (c * c + 6 * h2) + h4) +
                                s * c * (4 * c * c * h2 + 4 * h4));
    }
}

/* m[j]: mean of (x - about)^j, j < 5. */
static void powers_about(const struct grid *grid, const double *p, int d, double about,
                         double m[5]) {
    const size_t nx = grid->axis[0]->cells;
    struct eight_sums sums[5] = {{{0}, {0}}};
    struct lines l;
    for (size_t k = 0; k < grid->cells; k += l.n) {
        const size_t i = k % nx, j = k / nx;
        l.n = nx - i < BLOCK ? nx - i : BLOCK;
        if (d == 0)
            lines_along_x(grid->axis[0], p + j * nx, i, &l);
        else
            lines_across_x(grid->axis[1], p + k, j, nx, &l);
        field_terms_powers(&l, grid->volume + k, p + k, about);
        for (int t = 0; t < 5; t++)
            add_terms(l.n, l.term[t], &sums[t]);
    }
    for (int t = 0; t < 5; t++)
        m[t] = value_of(&sums[t]) / value_of(&sums[0]);
}

/* The mean of the cells' centres: that of p but for the slopes in them. */
static double centre_of_mass(const struct grid *grid, const double *p, int d) {
    const size_t nx = grid->axis[0]->cells;
    const double *centre = grid->axis[d]->centre, about = centre[grid->axis[d]->cells / 2];
    struct eight_sums mass = {{0}, {0}}, first = mass;
    double term[2][BLOCK];
    for (size_t k = 0, n; k < grid->cells; k += n) {
        const size_t i = k % nx, j = k / nx;
        n = nx - i < BLOCK ? nx - i : BLOCK;
        mass_terms(n, grid->volume + k, p + k, NULL, term[0]);
        for (size_t m = 0; m < n; m++)
            term[1][m] = term[0][m] * (centre[d == 0 ? i + m : j] - about);
        add_terms(n, term[0], &mass);
        add_terms(n, term[1], &first);
    }
    return about + value_of(&first) / value_of(&mass);
}

struct moments field_moments(const struct grid *grid, const double *p, int d) {
    const double about = centre_of_mass(grid, p, d); /* near the mean: no cancellation */
    double m[5];
    powers_about(grid, p, d, about, m);
    const double e = m[1], variance = m[2] - e * e;
    const double third = m[3] - e * (3 * m[2] - 2 * e * e);
    const double fourth = m[4] - e * (4 * m[3] - 3 * e * (2 * m[2] - e * e));
    return (struct moments){.mean = about + e,
                            .variance = variance,
                            .skewness = third / (variance * sqrt(variance)),
                            .kurtosis = fourth / (variance * variance)};
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

double field_roughness(const struct grid *grid, const double *p, int d) {
    const size_t nx = grid->axis[0]->cells, next = d == 0 ? 1 : nx;
    double jumps = 0, mass = 0;
    for (size_t k = 0; k < grid->cells; k++) {
        const bool last = d == 0 ? k % nx == nx - 1 : k + nx >= grid->cells;
        mass += p[k] * grid->volume[k];
        if (!last) jumps += fabs(p[k + next] - p[k]) * grid->volume[k];
    }
    return jumps / mass;
}

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
