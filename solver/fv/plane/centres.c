/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the edges need to know at the centres of the cells: phi, its average, g. */
#include "grids/quadrature.h"
#include "solver/fv/plane/assemble.h"
#include "solver/fv/plane/canonical.h"
#include "solver/fv/plane/potential.h"
#include "solver/fv/plane/selling.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -ln of the average of e^-value over 3 x 3 Gauss points, value relative to the centre. */
static double average_potential(const double value[9]) {
    double low = value[4], sum = 0;
    for (int q = 0; q < 9; q++)
        low = fmin(low, value[q]);
    for (int q = 0; q < 9; q++)
        sum += legendre3_w[q / 3] * legendre3_w[q % 3] * exp(low - value[q]);
    return low - value[4] - log(sum);
}

static bool given_row(const struct assembly *a, size_t j, double *work, struct error *err) {
    const struct axis *ax = a->grid->axis[0], *ay = a->grid->axis[1];
    const size_t nx = a->n[0];
    double *x = work, *y = work + 9 * nx, *value = work + 18 * nx;
    for (size_t k = 0; k < 9 * nx; k++) {
        const size_t i = k / 9, q = k % 9;
        x[k] = ax->centre[i] + legendre3_x[q % 3] * ax->width[i];
        y[k] = ay->centre[j] + legendre3_x[q / 3] * ay->width[j];
    }
    const double *const at[2] = {x, y};
    if (!a->model->potential(a->model->self, 9 * nx, at, value, err)) return false;
    for (size_t k = 0; k < 9 * nx; k++)
        if (!isfinite(value[k]))
            return fail(err, ERROR_RUN, "the potential is not finite at (%g, %g)", x[k],
                        y[k]);
    for (size_t i = 0; i < nx; i++) {
        a->phi[j * nx + i] = value[9 * i + 4];
        a->average[j * nx + i] = average_potential(value + 9 * i);
    }
    return true;
}

/* g at the centres of a row. */
static bool drift_row(const struct assembly *a, size_t j, double *work, struct error *err) {
    const size_t nx = a->n[0], cells = a->grid->cells;
    double *x = work, *y = x + nx, *c = y + nx, *D = c + 2 * nx, *scratch = D + 3 * nx;
    for (size_t i = 0; i < nx; i++)
        x[i] = a->grid->axis[0]->centre[i], y[i] = a->grid->axis[1]->centre[j];
    const double *const at[2] = {x, y};
    if (!plane_canonical_evaluate(a->model, nx, at, c, D, scratch, err)) return false;
    for (size_t i = 0; i < nx; i++) {
        const struct plane_local l =
            assembly_local(a, 2 * i + 1, 2 * j + 1, (double[]){c[i], c[nx + i]},
                           (double[]){D[i], D[nx + i], D[2 * nx + i]});
        a->g[j * nx + i] = l.g[0] / l.h[0];
        a->g[cells + j * nx + i] = l.g[1] / l.h[1];
    }
    return true;
}

/* Derivative of g_k along d at cell (i, j), central or one-sided at a wall. */
static double slope_of(const struct assembly *a, int k, int d, long i, long j) {
    double lower[2], upper[2];
    int32_t before = assembly_cell(a, i - (d == 0), j - (d == 1), lower);
    int32_t after = assembly_cell(a, i + (d == 0), j + (d == 1), upper);
    if (before < 0) before = assembly_cell(a, i, j, lower);
    if (after < 0) after = assembly_cell(a, i, j, upper);
    if (!(upper[d] > lower[d])) return 0;
    const double *g = a->g + (size_t)k * a->grid->cells;
    return (g[after] - g[before]) / (upper[d] - lower[d]);
}

/* phi about the centre to second order from g and its slopes. */
static void expand_row(const struct assembly *a, size_t j) {
    const size_t nx = a->n[0], cells = a->grid->cells;
    for (size_t i = 0; i < nx; i++) {
        const size_t cell = j * nx + i;
        const double gx = a->g[cell], gy = a->g[cells + cell];
        const double gxx = slope_of(a, 0, 0, (long)i, (long)j);
        const double gyy = slope_of(a, 1, 1, (long)i, (long)j);
        const double gxy = 0.5 * (slope_of(a, 0, 1, (long)i, (long)j) +
                                  slope_of(a, 1, 0, (long)i, (long)j));
        double value[9];
        for (int q = 0; q < 9; q++) {
            const double x = legendre3_x[q % 3] * a->grid->axis[0]->width[i];
            const double y = legendre3_x[q / 3] * a->grid->axis[1]->width[j];
            value[q] = -(gx * x + gy * y + 0.5 * (gxx * x * x + gyy * y * y) + gxy * x * y);
        }
        a->average[cell] = average_potential(value);
    }
}

/* Rows in parallel; the error is that of the lowest row that has one. */
static bool fill_centres(const struct assembly *a, struct error *err) {
    size_t failed = a->n[1];
#pragma omp parallel if (a->grid->cells > 4096)
    {
        struct error own;
        double *work = array_create(27 * a->n[0], sizeof *work, &own);
#pragma omp for schedule(static)
        for (size_t j = 0; j < a->n[1]; j++) {
            if (work != NULL &&
                (a->source == POTENTIAL_GIVEN ? given_row(a, j, work, &own)
                                              : drift_row(a, j, work, &own)))
                continue;
#pragma omp critical
            if (j < failed) failed = j, *err = own;
        }
        free(work);
    }
    if (failed < a->n[1]) return false;
    if (a->source != POTENTIAL_FOUND) return true;
#pragma omp parallel for schedule(static) if (a->grid->cells > 4096)
    for (size_t j = 0; j < a->n[1]; j++)
        expand_row(a, j);
    return true;
}

/* ---- a potential that is no help ---- */

/* Stationary cells: phi less than this above its minimum. */
static const double occupied = 15;
/* Largest kappa = w (Hessian of phi) w, w the weak direction, in index space: e^-phi is
 * kappa^-1/2 cells wide across it. */
static const double widest = 1;

/* Is the tensor tilted, and the stationary state narrower than the cells across its weak
 * direction w? Then the way along the strong direction s leads over lattice points off the
 * ridge of p_st, and the differences of phi between them are barriers that the equation
 * does not have. Upwinding the drift across is better: it adds the diffusion kappa lambda_w
 * / 2 per cell, little against lambda_s. */
static bool lost_ridge(const struct assembly *a, size_t i, size_t j, const double c[2],
                       const double D[3]) {
    const struct plane_local l = assembly_local(a, 2 * i + 1, 2 * j + 1, c, D);
    if (fabs(l.D[1]) <= 1e-12 * sqrt(l.D[0] * l.D[2])) return false;
    const struct plane_principal of = assembly_principal(l.D);
    double kappa = 0;
    for (int p = 0; p < 2; p++)
        for (int q = 0; q < 2; q++)
            kappa -= of.axis[1][p] * of.axis[1][q] * l.h[p] * l.h[q] *
                     slope_of(a, p, q, (long)i, (long)j);
    return kappa > widest && of.lambda[0] > 5 * kappa * of.lambda[1];
}

static bool row_loses_ridge(const struct assembly *a, size_t j, double lowest, double *work,
                            bool *lost, struct error *err) {
    const size_t nx = a->n[0];
    double *x = work, *y = x + nx, *c = y + nx, *D = c + 2 * nx, *scratch = D + 3 * nx;
    for (size_t i = 0; i < nx; i++)
        x[i] = a->grid->axis[0]->centre[i], y[i] = a->grid->axis[1]->centre[j];
    if (!plane_canonical_evaluate(a->model, nx, (const double *const[]){x, y}, c, D,
                                  scratch, err))
        return false;
    for (size_t i = 0; i < nx && !*lost; i++)
        *lost = a->phi[j * nx + i] < lowest + occupied &&
                lost_ridge(a, i, j, (double[]){c[i], c[nx + i]},
                           (double[]){D[i], D[nx + i], D[2 * nx + i]});
    return true;
}

static bool loses_ridge(const struct assembly *a, bool *lost, struct error *err) {
    double lowest = HUGE_VAL, *work = array_create(13 * a->n[0], sizeof *work, err);
    for (size_t k = 0; k < a->grid->cells; k++)
        lowest = fmin(lowest, a->phi[k]);
    bool good = work != NULL;
    *lost = false;
    for (size_t j = 0; good && !*lost && j < a->n[1]; j++)
        good = row_loses_ridge(a, j, lowest, work, lost, err);
    free(work);
    return good;
}

static void forget_potential(struct assembly *a) {
    free(a->phi);
    a->phi = NULL, a->source = POTENTIAL_NONE;
    memset(a->average, 0, a->grid->cells * sizeof *a->average);
}

/* Whether the given potential is the same at both ends of the periodic axes. */
static bool continues(const struct assembly *a, bool *same, struct error *err) {
    *same = true;
    for (int d = 0; d < 2; d++) {
        if (!a->periodic[d]) continue;
        const struct axis *along = a->grid->axis[d], *across = a->grid->axis[1 - d];
        for (size_t i = 0; i < across->cells && *same; i++) {
            const double ends[2] = {along->face[0], along->face[along->cells]};
            const double other[2] = {across->centre[i], across->centre[i]};
            const double *const at[2] = {d == 0 ? ends : other, d == 0 ? other : ends};
            double phi[2];
            if (!a->model->potential(a->model->self, 2, at, phi, err)) return false;
            *same = fabs(phi[1] - phi[0]) <= 1e-9 * (1 + fabs(phi[0]) + fabs(phi[1]));
        }
    }
    return true;
}

bool assembly_centres(struct assembly *a, struct error *err) {
    const size_t cells = a->grid->cells;
    a->phi = array_create(cells, sizeof *a->phi, err);
    a->average = a->phi ? array_create(cells, sizeof *a->average, err) : NULL;
    if (a->average == NULL) return false;
    bool given = a->model->potential != NULL && a->most >= POTENTIAL_GIVEN, found = false;
    if (given && !continues(a, &given, err)) return false;
    if (!given && a->most >= POTENTIAL_FOUND &&
        !plane_potential_find(a->grid, a->model, a->phi, &found, err))
        return false;
    a->source = given ? POTENTIAL_GIVEN : found ? POTENTIAL_FOUND : POTENTIAL_NONE;
    if (a->source != POTENTIAL_GIVEN) {
        a->g = array_create(2 * cells, sizeof *a->g, err);
        if (a->g == NULL) return false;
    }
    if (a->source == POTENTIAL_NONE) forget_potential(a);
    if (!fill_centres(a, err)) return false;
    if (a->source != POTENTIAL_FOUND) return true;
    bool lost;
    if (!loses_ridge(a, &lost, err)) return false;
    if (!lost) return true;
    forget_potential(a);
    return fill_centres(a, err);
}

void assembly_finish(struct assembly *a) {
    free(a->phi);
    free(a->average);
    free(a->g);
}
