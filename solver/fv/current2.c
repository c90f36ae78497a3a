/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/current2.h"
#include "grids/sum.h"
#include <math.h>
#include <stdlib.h>

/* Densities below this part of the largest are rounding, and so is their current. */
static const double negligible = 1e-12;
/* A tensor with det D below this part of D_xx D_yy is singular; a current along its null
 * direction is real when it is more than `along` of all. */
static const double singular = 1e-13, along = 1e-6;

/* J D^-1 J. Where D is singular: of the part of J in the range of D; *null gets the square
 * of the rest. */
static double dissipation(const double J[2], const double D[3], double *null) {
    const double det = D[0] * D[2] - D[1] * D[1], trace = D[0] + D[2];
    if (det > singular * trace * trace)
        return (D[2] * J[0] * J[0] - 2 * D[1] * J[0] * J[1] + D[0] * J[1] * J[1]) / det;
    const double size = J[0] * J[0] + J[1] * J[1];
    const double JDJ = D[0] * J[0] * J[0] + 2 * D[1] * J[0] * J[1] + D[2] * J[1] * J[1];
    const double inside = trace > 0 ? JDJ / trace : 0; /* J's part in the range, squared */
    *null += fmax(0, size - inside);
    return trace > 0 ? inside / trace : 0;
}

/* D at the centres into D[3 cells]. */
static bool evaluate(const struct generator2 *g, const struct coefficients *m, double *x,
                     double *D, struct error *err) {
    const size_t nx = g->grid->axis[0]->cells;
    for (size_t k = 0; k < g->cells; k++) {
        x[k] = g->grid->axis[0]->centre[k % nx];
        x[g->cells + k] = g->grid->axis[1]->centre[k / nx];
    }
    return m->diffusion(m->self, g->cells, (const double *const[]){x, x + g->cells}, D,
                        err);
}

static double production(const struct generator2 *g, const double *p, const double *Jx,
                         const double *Jy, const double *D) {
    const size_t nx = g->grid->axis[0]->cells, n = g->cells;
    struct sum total = {0};
    double most = 0, null = 0, all = 0;
    for (size_t k = 0; k < n; k++)
        most = fmax(most, p[k]);
    for (size_t k = 0; k < n; k++) {
        const size_t left = k / nx * (nx + 1) + k % nx;
        const double J[2] = {0.5 * (Jx[left] + Jx[left + 1]), 0.5 * (Jy[k] + Jy[k + nx])};
        const double tensor[3] = {D[k], D[n + k], D[2 * n + k]};
        const double weight = g->grid->volume[k] / fmax(p[k], negligible * most);
        double rest = 0;
        sum_add(&total, weight * dissipation(J, tensor, &rest));
        null += weight * rest, all += weight * (J[0] * J[0] + J[1] * J[1]);
    }
    return null > along * along * all ? HUGE_VAL : sum_value(total);
}

/* Sum_e F_e ln( forward p_from / (backward p_to) )   (Schnakenberg, Rev. Mod. Phys. 48,
 * 571, 1976): Integral J D^-1 J / p to second order, and 0 in detailed balance to rounding.
 * False where an edge leads one way only: it is upwinded, and says nothing about D. */
static bool sum_edges(const struct generator2 *g, const double *p, double *out) {
    struct sum total = {0};
    double most = 0;
    for (size_t k = 0; k < g->cells; k++)
        most = fmax(most, p[k]);
    for (size_t k = 0; k < g->edges; k++) {
        const struct edge2 *e = &g->edge[k];
        if (!(e->forward > 0) || !(e->backward > 0)) return false;
        if (!(fmin(p[e->from], p[e->to]) > 1e-300 * most)) continue;
        const double there = e->forward * p[e->from], back = e->backward * p[e->to];
        sum_add(&total, (there - back) * log(there / back));
    }
    *out = sum_value(total);
    return true;
}

bool current2_measure(const struct generator2 *g, const struct coefficients *model,
                      const double *p, struct current2 *out, struct error *err) {
    const size_t nx = g->grid->axis[0]->cells, ny = g->grid->axis[1]->cells;
    const size_t xs = (nx + 1) * ny, ys = nx * (ny + 1);
    double *J = array_create(xs + ys, sizeof *J, err);
    double *x = J ? array_create(5 * g->cells, sizeof *x, err) : NULL;
    bool good = x != NULL && evaluate(g, model, x, x + 2 * g->cells, err);
    *out = (struct current2){0};
    if (good) {
        generator2_flux(g, p, J, J + xs);
        for (size_t k = 0; k < xs + ys; k++)
            out->largest = fmax(out->largest, fabs(J[k]));
        if (!sum_edges(g, p, &out->entropy_production))
            out->entropy_production = production(g, p, J, J + xs, x + 2 * g->cells);
        good = generator2_flux_scale(g, p, &out->scale, err);
    }
    free(x);
    free(J);
    return good;
}
