/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The current through the faces: each edge's mass is led along the straight line between
 * its cells, from face to face, so that what every cell gains is what its faces carry
 * in. */
#include "solver/fv/plane/generator.h"
#include <math.h>
#include <stdlib.h>

struct route {
    long n[2];
    bool periodic[2];
    double *through[2]; /* x faces [ny][nx + 1], y faces [ny + 1][nx] */
};

/* Carries F from cell (at[0], at[1]) one step along axis d and moves at. */
static void cross_face(const struct route *r, long at[2], int d, int step, double F) {
    const long face = at[d] + (step > 0);
    const long wrapped = r->periodic[d] ? face % r->n[d] : face;
    if (d == 0)
        r->through[0][at[1] * (r->n[0] + 1) + wrapped] += step * F;
    else
        r->through[1][wrapped * r->n[0] + at[0]] += step * F;
    at[d] += step;
    if (r->periodic[d]) at[d] = (at[d] + r->n[d]) % r->n[d];
}

/* Along the line from `at` by e; at a corner half the mass goes either way around. */
static void lead(const struct route *r, const long from[2], const int16_t e[2], double F) {
    long at[2] = {from[0], from[1]};
    const long length[2] = {labs((long)e[0]), labs((long)e[1])};
    const int step[2] = {e[0] < 0 ? -1 : 1, e[1] < 0 ? -1 : 1};
    long done[2] = {0, 0};
    while (done[0] < length[0] || done[1] < length[1]) {
        /* The k-th x face is met at (k + 1/2) / length. */
        const long x = (2 * done[0] + 1) * length[1], y = (2 * done[1] + 1) * length[0];
        const bool left[2] = {done[0] < length[0], done[1] < length[1]};
        if (left[0] && left[1] && x == y) {
            long other[2] = {at[0], at[1]};
            cross_face(r, other, 1, step[1], 0.5 * F);
            cross_face(r, other, 0, step[0], 0.5 * F);
            cross_face(r, at, 0, step[0], 0.5 * F);
            cross_face(r, at, 1, step[1], 0.5 * F);
            done[0]++, done[1]++;
        } else {
            const int d = left[0] && (!left[1] || x < y) ? 0 : 1;
            cross_face(r, at, d, step[d], F);
            done[d]++;
        }
    }
}

/* An exit straight through its wall. */
static void lead_out(const struct route *r, const long from[2],
                     const struct plane_exit *exit_, double F) {
    long at[2] = {from[0], from[1]};
    const int d = exit_->dim, step = exit_->side == 0 ? -1 : 1;
    while (at[d] >= 0 && at[d] < r->n[d])
        cross_face(r, at, d, step, F);
}

/* Masses per time become current densities; a periodic seam is one face twice. */
static void divide_by_lengths(const struct plane_generator *g, const struct route *r) {
    const double *hx = g->grid->axis[0]->width, *hy = g->grid->axis[1]->width;
    const long nx = r->n[0], ny = r->n[1];
    for (long j = 0; j < ny; j++) {
        double *row = r->through[0] + j * (nx + 1);
        if (r->periodic[0]) row[nx] = row[0];
        for (long i = 0; i <= nx; i++)
            row[i] /= hy[j];
    }
    for (long j = 0; j <= ny; j++)
        for (long i = 0; i < nx; i++) {
            double *face = r->through[1] + j * nx + i;
            *face = r->periodic[1] && j == ny ? r->through[1][i] : *face / hx[i];
        }
}

/* net: F itself; otherwise the sum of both directions, all counted as positive. */
static void lead_all(const struct plane_generator *g, const double *p, bool net, double *x,
                     double *y) {
    struct route r = {.through = {x, y}};
    for (int d = 0; d < 2; d++) {
        r.n[d] = (long)g->grid->axis[d]->cells;
        r.periodic[d] = g->grid->axis[d]->boundary[0] == PERIODIC;
    }
    const long nx = r.n[0], ny = r.n[1];
    for (long k = 0; k < (nx + 1) * ny; k++)
        x[k] = 0;
    for (long k = 0; k < nx * (ny + 1); k++)
        y[k] = 0;
    for (size_t k = 0; k < g->edges; k++) {
        const struct plane_edge *e = &g->edge[k];
        const double out = e->forward * p[e->from], back = e->backward * p[e->to];
        const long from[2] = {e->from % nx, e->from / nx};
        if (net) {
            lead(&r, from, e->e, out - back);
        } else {
            /* Mirrored halves of the offset keep every contribution positive. */
            const double gross = fabs(out) + fabs(back);
            const int16_t ax = (int16_t)e->e[0], ay = (int16_t)e->e[1];
            long at[2] = {from[0], from[1]};
            if (ax != 0) cross_face(&r, at, 0, ax < 0 ? -1 : 1, ax < 0 ? -gross : gross);
            at[0] = from[0], at[1] = from[1];
            if (ay != 0) cross_face(&r, at, 1, ay < 0 ? -1 : 1, ay < 0 ? -gross : gross);
        }
    }
    for (size_t k = 0; k < g->exits; k++) {
        const struct plane_exit *e = &g->exit[k];
        const long from[2] = {e->cell % nx, e->cell / nx};
        const double F = e->rate * p[e->cell];
        lead_out(&r, from, e, net ? F : e->side == 0 ? -fabs(F) : fabs(F));
    }
    divide_by_lengths(g, &r);
}

void plane_generator_flux(const struct plane_generator *g, const double *p, double *x,
                          double *y) {
    lead_all(g, p, true, x, y);
}

bool plane_generator_flux_scale(const struct plane_generator *g, const double *p,
                                double *scale, struct error *err) {
    const size_t nx = g->grid->axis[0]->cells, ny = g->grid->axis[1]->cells;
    const size_t xs = (nx + 1) * ny, ys = nx * (ny + 1);
    double *x = array_create(xs + ys, sizeof *x, err);
    if (x == NULL) return false;
    lead_all(g, p, false, x, x + xs);
    *scale = 0;
    for (size_t k = 0; k < xs + ys; k++)
        *scale = fmax(*scale, fabs(x[k]));
    free(x);
    return true;
}
