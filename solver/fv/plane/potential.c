/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/potential.h"
#include "grids/quadrature.h"
#include "solver/fv/plane/canonical.h"
#include <math.h>
#include <stdlib.h>

static const double closure = 1e-9;
enum { POINTS = 6, ROW_VALUES = POINTS * (2 + 2 + 3 + 6) };

struct search {
    const struct grid *grid;
    const struct coefficients *model;
    size_t n[2];
    bool periodic[2];
};

/* Point q of the side from centre i to the next along an axis, and its weight (a length):
 * Gauss-Legendre, three on each of the half cells before and after the face. */
static double side_point(const struct axis *axis, size_t i, int q, double *length) {
    const size_t next = (i + 1) % axis->cells;
    const bool before = q < 3;
    const double half = 0.5 * axis->width[before ? i : next];
    *length = legendre3_w[q % 3] * half;
    return before ? axis->centre[i] + legendre3_part[q] * half
                  : axis->face[next] + legendre3_part[q - 3] * half;
}

/* g_d at a point from c and D; NaN where D is singular. */
static double solve_component(const double c[2], const double D[3], int d) {
    const double det = D[0] * D[2] - D[1] * D[1];
    if (!(det > 1e-10 * D[0] * D[2])) return (double)NAN;
    return (d == 0 ? D[2] * c[0] - D[1] * c[1] : D[0] * c[1] - D[1] * c[0]) / det;
}

/* side[nx] = Integral of g_d from the centres of row j to the next centres along d. */
static bool integrate_row(const struct search *s, size_t j, int d, double *side,
                          double *work, struct error *err) {
    const struct axis *ax = s->grid->axis[0], *ay = s->grid->axis[1];
    const size_t nx = s->n[0], n = POINTS * nx;
    double *x = work, *y = x + n, *c = y + n, *D = c + 2 * n, *scratch = D + 3 * n;
    double length;
    for (size_t k = 0; k < n; k++) {
        const size_t i = k / POINTS;
        const int q = (int)(k % POINTS);
        const bool last = d == 0 && i + 1 == nx && !s->periodic[0];
        x[k] = d == 0 && !last ? side_point(ax, i, q, &length) : ax->centre[i];
        y[k] = d == 1 ? side_point(ay, j, q, &length) : ay->centre[j];
    }
    const double *const at[2] = {x, y};
    if (!plane_canonical_evaluate(s->model, n, at, c, D, scratch, err)) return false;
    for (size_t i = 0; i < nx; i++) {
        side[i] = 0;
        for (int q = 0; q < POINTS; q++) {
            const size_t k = i * POINTS + (size_t)q;
            side_point(d == 0 ? ax : ay, d == 0 ? i : j, q, &length);
            side[i] +=
                length * solve_component((double[]){c[k], c[n + k]},
                                         (double[]){D[k], D[n + k], D[2 * n + k]}, d);
        }
    }
    return true;
}

/* Is the sum of g . dx around one square of centres 0, to 1e-9 of its sides? Not where it
 * is NaN. `least`: the smallest size of a side to compare with, for sides whose two halves
 * cancel. */
static bool closes(double lower, double right, double left, double upper, double least) {
    const double sides = fabs(lower) + fabs(right) + fabs(left) + fabs(upper);
    return fabs(lower + right - left - upper) <= closure * (sides + least);
}

/* The squares between rows j and j + 1. */
static bool row_closes(const struct search *s, const double *lower, const double *between,
                       const double *upper) {
    const size_t nx = s->n[0], squares = s->periodic[0] ? nx : nx - 1;
    double largest = 0;
    for (size_t i = 0; i < nx; i++)
        largest = fmax(largest, fmax(fabs(lower[i]), fabs(between[i])));
    for (size_t i = 0; i < squares; i++)
        if (!closes(lower[i], between[(i + 1) % nx], between[i], upper[i], 1e-3 * largest))
            return false;
    return isfinite(between[nx - 1]);
}

/* A few pairs of rows, so that a field with curl costs next to nothing. */
static bool sample_closes(const struct search *s, double *sides, double *work, bool *closed,
                          struct error *err) {
    const size_t samples = 5, nx = s->n[0];
    *closed = true;
    for (size_t k = 0; k < samples && *closed; k++) {
        const size_t j = k * (s->n[1] - 2) / (samples - 1);
        if (!integrate_row(s, j, 0, sides, work, err) ||
            !integrate_row(s, j, 1, sides + nx, work, err) ||
            !integrate_row(s, j + 1, 0, sides + 2 * nx, work, err))
            return false;
        *closed = row_closes(s, sides, sides + nx, sides + 2 * nx);
    }
    return true;
}

/* side[2][cells], rows in parallel; the error is that of the lowest row that has one. */
static bool integrate_all(const struct search *s, double *side, struct error *err) {
    const size_t nx = s->n[0], ny = s->n[1], cells = nx * ny;
    size_t failed = ny;
#pragma omp parallel if (s->grid->cells > 4096)
    {
        struct error own;
        double *work = array_create(ROW_VALUES * nx, sizeof *work, &own);
#pragma omp for schedule(static)
        for (size_t j = 0; j < ny; j++) {
            const bool last = j + 1 == ny && !s->periodic[1];
            if (work != NULL && integrate_row(s, j, 0, side + j * nx, work, &own) &&
                (last || integrate_row(s, j, 1, side + cells + j * nx, work, &own)))
                continue;
#pragma omp critical
            if (j < failed) failed = j, *err = own;
        }
        free(work);
    }
    return failed == ny;
}

static bool all_close(const struct search *s, const double *side) {
    const size_t nx = s->n[0], ny = s->n[1], cells = nx * ny;
    const size_t pairs = s->periodic[1] ? ny : ny - 1;
    for (size_t j = 0; j < pairs; j++)
        if (!row_closes(s, side + j * nx, side + cells + j * nx, side + (j + 1) % ny * nx))
            return false;
    for (int d = 0; d < 2; d++) { /* around a periodic axis, from cell 0 */
        double sum = 0, size = 0;
        const size_t stride = d == 0 ? 1 : nx;
        for (size_t i = 0; i < s->n[d]; i++) {
            const double value = side[(size_t)d * cells + i * stride];
            sum += value, size += fabs(value);
        }
        if (s->periodic[d] && !(fabs(sum) <= closure * size)) return false;
    }
    return true;
}

static void sum_sides(const struct search *s, const double *side, double *phi) {
    const size_t nx = s->n[0], ny = s->n[1], cells = nx * ny;
    phi[0] = 0;
    for (size_t j = 1; j < ny; j++)
        phi[j * nx] = phi[(j - 1) * nx] - side[cells + (j - 1) * nx];
    for (size_t j = 0; j < ny; j++)
        for (size_t i = 1; i < nx; i++)
            phi[j * nx + i] = phi[j * nx + i - 1] - side[j * nx + i - 1];
}

bool plane_potential_find(const struct grid *grid, const struct coefficients *model,
                          double *phi, bool *found, struct error *err) {
    struct search s = {.grid = grid, .model = model};
    for (int d = 0; d < 2; d++) {
        s.n[d] = grid->axis[d]->cells;
        s.periodic[d] = grid->axis[d]->boundary[0] == PERIODIC;
    }
    *found = false;
    if (model->zero_diffusion || s.n[0] < 3 || s.n[1] < 3) return true;
    bool good = false, closed = false;
    double *work = array_create(ROW_VALUES * s.n[0], sizeof *work, err);
    double *side = work ? array_create(2 * grid->cells, sizeof *side, err) : NULL;
    if (side == NULL || !sample_closes(&s, side, work, &closed, err)) goto done;
    if (closed && !integrate_all(&s, side, err)) goto done;
    *found = closed && all_close(&s, side);
    if (*found) sum_sides(&s, side, phi);
    good = true;
done:
    free(side);
    free(work);
    return good;
}
