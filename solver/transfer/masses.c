/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/masses.h"
#include "grids/field.h"
#include "grids/sum.h"
#include "solver/transfer/deposit.h"
#include <math.h>
#include <stdlib.h>

/* The masses between faces along one axis, M = S m: row i of S is
 *     M_i = m_i + (from[i+1] m_i + to[i+1] m_{i+1}) - (from[i] m_{i-1} + to[i] m_i),
 * a flow through each face; none through an end that is not periodic. */
struct faces {
    size_t n;
    bool periodic;
    double *from, *to; /* [n + 1] of the face i: times m_{i-1}, times m_i */
    double *work;      /* [5 n] */
};

static void faces_finish(struct faces *f) {
    free(f->from), free(f->to), free(f->work);
}

static bool faces_init(struct faces *f, const struct axis *axis, struct error *err) {
    const size_t n = axis->cells;
    *f = (struct faces){.n = n, .periodic = axis->boundary[0] == PERIODIC};
    if (!(f->from = array_create(n + 1, sizeof *f->from, err)) ||
        !(f->to = array_create(n + 1, sizeof *f->to, err)) ||
        !(f->work = array_create(5 * n, sizeof *f->work, err)))
        return false;
    for (size_t i = f->periodic ? 0 : 1; i < (f->periodic ? n + 1 : n); i++) {
        double c[4];
        for (long k = 0; k < 4; k++)
            c[k] = deposit_centre(axis, (long)i - 2 + k);
        const double middle = (9 * (c[1] + c[2]) - (c[0] + c[3])) / 16;
        const double way = (axis->face[i] - middle) / (c[2] - c[1]);
        f->from[i] = way / 2 - 1.0 / 24, f->to[i] = way / 2 + 1.0 / 24;
    }
    return true;
}

/* Of row i of S: what stands before m_{i-1}, m_i, m_{i+1}. */
static void row_of(const struct faces *f, size_t i, double *below, double *self,
                   double *above) {
    *below = -f->from[i];
    *self = 1 + f->from[i + 1] - f->to[i];
    *above = f->to[i + 1];
}

/* out = S m, with a stride between the entries of both. */
static void smooth(const struct faces *f, const double *m, double *out, size_t stride) {
    const size_t n = f->n;
    for (size_t i = 0; i < n; i++) {
        double below, self, above;
        row_of(f, i, &below, &self, &above);
        const size_t before = i > 0 ? i - 1 : n - 1, after = i + 1 < n ? i + 1 : 0;
        out[i * stride] =
            below * m[before * stride] + self * m[i * stride] + above * m[after * stride];
    }
}

/* Gauss elimination of rows [0, n) with right-hand sides b and c; rows are dominated by
 * their diagonal. */
static void eliminate(const struct faces *f, size_t n, double *b, double *c) {
    double *pivot = f->work + 4 * f->n, below, self, above, last = 0;
    for (size_t i = 0; i < n; i++) {
        row_of(f, i, &below, &self, &above);
        pivot[i] = self;
        if (i > 0) {
            const double factor = below / pivot[i - 1];
            pivot[i] -= factor * last;
            b[i] -= factor * b[i - 1], c[i] -= factor * c[i - 1];
        }
        last = above;
    }
    for (size_t i = n; i-- > 0;) {
        row_of(f, i, &below, &self, &above);
        if (i + 1 < n) b[i] -= above * b[i + 1], c[i] -= above * c[i + 1];
        b[i] /= pivot[i], c[i] /= pivot[i];
    }
}

/* out = S^-1 M. A ring is cut at its last cell: m = x - m_{n-1} y. */
static void sharpen(const struct faces *f, const double *M, double *out, size_t stride) {
    const size_t n = f->n, rest = f->periodic ? n - 1 : n;
    double *x = f->work, *y = x + n, below, self, above, last = 0;
    for (size_t i = 0; i < n; i++)
        x[i] = M[i * stride], y[i] = 0;
    if (f->periodic) {
        row_of(f, 0, &below, &self, &above);
        y[0] += below;
        row_of(f, n - 2, &below, &self, &above);
        y[n - 2] += above;
    }
    eliminate(f, rest, x, y);
    if (f->periodic) {
        row_of(f, n - 1, &below, &self, &above);
        last = (x[n - 1] - below * x[n - 2] - above * x[0]) /
               (self - below * y[n - 2] - above * y[0]);
        out[(n - 1) * stride] = last;
    }
    for (size_t i = 0; i < rest; i++)
        out[i * stride] = x[i] - last * y[i];
}

typedef void (*along_axis)(const struct faces *, const double *in, double *out, size_t);

/* in and out [cells] may be the same when `act` allows it. */
static bool along_x(const struct grid *grid, along_axis act, const double *in, double *out,
                    struct error *err) {
    struct faces f;
    const size_t nx = grid->axis[0]->cells;
    const bool good = faces_init(&f, grid->axis[0], err);
    for (size_t j = 0; good && j < grid->cells / nx; j++)
        act(&f, in + j * nx, out + j * nx, 1);
    faces_finish(&f);
    return good;
}

static bool along_y(const struct grid *grid, along_axis act, const double *in, double *out,
                    struct error *err) {
    struct faces f;
    const size_t nx = grid->axis[0]->cells;
    const bool good = faces_init(&f, grid->axis[1], err);
    for (size_t i = 0; good && i < nx; i++)
        act(&f, in + i, out + i, nx);
    faces_finish(&f);
    return good;
}

static bool along_both(const struct grid *grid, along_axis act, const double *in,
                       double *out, struct error *err) {
    if (grid->dims == 1) return along_x(grid, act, in, out, err);
    double *half = array_create(grid->cells, sizeof *half, err);
    const bool good =
        half && along_x(grid, act, in, half, err) && along_y(grid, act, half, out, err);
    free(half);
    return good;
}

bool masses_to_density(const struct grid *grid, const double *mass, double *density,
                       struct error *err) {
    if (!along_both(grid, smooth, mass, density, err)) return false;
    for (size_t i = 0; i < grid->cells; i++)
        density[i] /= grid->volume[i];
    return true;
}

bool masses_from_density(const struct grid *grid, const double *density, double *mass,
                         struct error *err) {
    double *M = array_create(grid->cells, sizeof *M, err);
    for (size_t i = 0; M && i < grid->cells; i++)
        M[i] = density[i] * grid->volume[i];
    const bool good = M && along_both(grid, sharpen, M, mass, err);
    free(M);
    return good;
}

double masses_negative(size_t n, const double *mass) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fmax(0, -mass[i]);
    return sum;
}

double masses_sum(size_t n, const double *mass) {
    struct sum sum = {0};
    for (size_t i = 0; i < n; i++)
        sum_add(&sum, mass[i]);
    return sum_value(sum);
}

/* ---------------------------------------------------------------------------- distance */

/* max over corners of |sums of d V up to them|; row[nx] is work, zeroed. */
static double largest_sum(const struct grid *grid, const double *d, double *row) {
    const size_t nx = grid->axis[0]->cells;
    double most = 0;
    for (size_t j = 0; j < grid->cells / nx; j++) {
        double sum = 0;
        for (size_t i = 0; i < nx; i++) {
            sum += d[i + j * nx] * grid->volume[i + j * nx];
            row[i] += sum;
            most = fmax(most, fabs(row[i]));
        }
    }
    return most;
}

bool masses_distance(const struct grid *fine, const double *mass, const struct grid *coarse,
                     const double *other, struct law_distance *out, struct error *err) {
    const size_t n = coarse->cells;
    double *p = array_create(fine->cells, sizeof *p, err);
    double *q = p ? array_create(4 * n, sizeof *q, err) : NULL;
    const bool good = q && masses_to_density(fine, mass, p, err) &&
                      masses_to_density(coarse, other, q, err);
    if (good) {
        double *r = q + n, *d = q + 2 * n;
        field_restrict(fine, 2, p, coarse, r);
        for (size_t i = 0; i < n; i++)
            d[i] = r[i] - q[i];
        out->l1 = field_l1(coarse, r, q);
        out->ks = largest_sum(coarse, d, q + 3 * n);
    }
    free(q), free(p);
    return good;
}
