/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/current.h"
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

/* D[3 cells] and b[2 cells] at the centres x[2 cells]. */
static bool evaluate(const struct plane_generator *g, const struct coefficients *m,
                     double *x, double *D, double *b, struct error *err) {
    const size_t nx = g->grid->axis[0]->cells;
    for (size_t k = 0; k < g->cells; k++) {
        x[k] = g->grid->axis[0]->centre[k % nx];
        x[g->cells + k] = g->grid->axis[1]->centre[k / nx];
    }
    const double *const at[] = {x, x + g->cells};
    return m->diffusion(m->self, g->cells, at, D, err) &&
           m->drift(m->self, g->cells, at, b, err);
}

static double production(const struct plane_generator *g, const double *p, const double *Jx,
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
 * Edges that lead one way only are upwinded and say nothing about D: *one_way is their part
 * of Sum_e |F_e|. */
static double sum_edges(const struct plane_generator *g, const double *p, double *one_way) {
    struct sum total = {0};
    double most = 0, one = 0, all = 0;
    for (size_t k = 0; k < g->cells; k++)
        most = fmax(most, p[k]);
    for (size_t k = 0; k < g->edges; k++) {
        const struct plane_edge *e = &g->edge[k];
        const double there = e->forward * p[e->from], back = e->backward * p[e->to];
        all += fabs(there - back);
        if (!(e->forward > 0) || !(e->backward > 0))
            one += fabs(there - back);
        else if (fmin(p[e->from], p[e->to]) > 1e-300 * most)
            sum_add(&total, (there - back) * log(there / back));
    }
    *one_way = all > 0 ? one / all : 0;
    return sum_value(total);
}

double plane_current_adiabatic(const struct plane_generator *g, const double *p,
                               const double *log_pi) {
    struct sum total = {0};
    for (size_t k = 0; k < g->edges; k++) {
        const struct plane_edge *e = &g->edge[k];
        const double F = e->forward * p[e->from] - e->backward * p[e->to];
        if (F == 0) continue;
        if (!(e->forward > 0) || !(e->backward > 0)) return (double)NAN;
        sum_add(&total,
                F * (log(e->forward / e->backward) + log_pi[e->from] - log_pi[e->to]));
    }
    return sum_value(total);
}

/* Part of the mass that lies where the cells are wide for the noise: |b| h > 5 D on an axis,
 * from where on drift is upwinded (solver/fv/plane/local.c). b, D at the centres. */
static double mass_on_wide_cells(const struct plane_generator *g, const double *p,
                                 const double *b, const double *D) {
    const size_t nx = g->grid->axis[0]->cells, n = g->cells;
    double wide = 0, all = 0;
    for (size_t k = 0; k < n; k++) {
        const double m = g->grid->volume[k] * fmax(p[k], 0);
        const double hx = g->grid->axis[0]->width[k % nx];
        const double hy = g->grid->axis[1]->width[k / nx];
        all += m;
        if (fabs(b[k]) * hx > 5 * D[k] || fabs(b[n + k]) * hy > 5 * D[2 * n + k]) wide += m;
    }
    return all > 0 ? wide / all : 0;
}

/* The integral and the sum over the edges agree where the cells resolve the noise; where they
 * do not, neither is the model's. */
static double trusted(const struct plane_generator *g, const double *p, double wide,
                      double integral) {
    const double some = 0.2, few = 0.01, far = 0.2;
    double one_way;
    const double edges = sum_edges(g, p, &one_way);
    if (g->upwind == 0 && one_way == 0) return edges;
    if (wide > some || one_way > few) return (double)NAN;
    if (fabs(edges - integral) > far * fmax(edges, integral)) return (double)NAN;
    return one_way > 0 ? integral : edges;
}

bool plane_current_measure(const struct plane_generator *g,
                           const struct coefficients *model, const double *p,
                           struct plane_current *out, struct error *err) {
    const size_t nx = g->grid->axis[0]->cells, ny = g->grid->axis[1]->cells;
    const size_t xs = (nx + 1) * ny, ys = nx * (ny + 1);
    double *J = array_create(xs + ys, sizeof *J, err);
    double *x = J ? array_create(7 * g->cells, sizeof *x, err) : NULL;
    double *const D = x ? x + 2 * g->cells : NULL, *const b = x ? D + 3 * g->cells : NULL;
    bool good = x != NULL && evaluate(g, model, x, D, b, err);
    *out = (struct plane_current){0};
    if (good) {
        plane_generator_flux(g, p, J, J + xs);
        for (size_t k = 0; k < xs + ys; k++)
            out->largest = fmax(out->largest, fabs(J[k]));
        const double integral = production(g, p, J, J + xs, D);
        out->entropy_production =
            isinf(integral) ? integral
                            : trusted(g, p, mass_on_wide_cells(g, p, b, D), integral);
        good = plane_generator_flux_scale(g, p, &out->scale, err);
    }
    free(x);
    free(J);
    return good;
}
