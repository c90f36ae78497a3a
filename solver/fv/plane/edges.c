/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Edges, row by row of the half-integer lattice: its points are the middles of edges. */
#include "solver/fv/bernoulli.h"
#include "solver/fv/plane/assemble.h"
#include "solver/fv/plane/canonical.h"
#include "solver/fv/plane/selling.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* One row in the making; each thread has its own. */
struct row2 {
    struct plane_edge *edge; /* [edges] up to 4 a point */
    size_t edges, middles, upwind, widened;
    int reach;
    double peclet;
    size_t *I; /* half-integer x indices of the row's middles */
    double *x, *y, *c, *D, *scratch, *phi;
    double *work;
};

static bool row_create(struct row2 *row, size_t nx, struct error *err) {
    const size_t n = 2 * nx + 1;
    memset(row, 0, sizeof *row);
    row->edge = array_create(4 * n, sizeof *row->edge, err);
    row->I = row->edge ? array_create(n, sizeof *row->I, err) : NULL;
    row->work = row->I ? array_create(14 * n, sizeof *row->work, err) : NULL;
    row->x = row->work, row->y = row->x + n, row->c = row->y + n;
    row->D = row->c + 2 * n, row->scratch = row->D + 3 * n, row->phi = row->scratch + 6 * n;
    return row->work != NULL;
}

static void row_finish(struct row2 *row) {
    free(row->edge);
    free(row->I);
    free(row->work);
}

/* The middles of row J: faces normal to x when J is odd; faces normal to y and corners when
 * it is even. Points on walls are no middles; those on a periodic seam count once. */
static size_t list_middles(const struct assembly *a, size_t J, struct row2 *row) {
    size_t n = 0;
    if (J % 2 == 0 && (J == 2 * a->n[1] || (J == 0 && !a->periodic[1]))) return 0;
    for (size_t I = 0; I < 2 * a->n[0]; I++) {
        if (I == 0 && !a->periodic[0]) continue;
        if (I % 2 == 1 && J % 2 == 1) continue;
        row->I[n] = I;
        row->x[n] = assembly_position(a, 0, I), row->y[n] = assembly_position(a, 1, J);
        n++;
    }
    return n;
}

static const double least = 1e-300;
static const double limit = 3; /* of the exponent of S, reached at no sensible resolution */

/* The edge along e with its middle at half-integer (I, J): diffusion weight w = V rho, and
 * rate u = V rest (signed along e) to be upwinded. phi: potential at the middle, if
 * given. */
static void add_edge(const struct assembly *a, struct row2 *row, size_t I, size_t J,
                     const int e[2], const struct plane_local *l, double phi, double w,
                     double u) {
    if (!(w > 0) && u == 0) return;
    double xa[2], xb[2];
    const long i = (long)I - e[0], j = (long)J - e[1];
    const int32_t from = assembly_cell(a, (i - 1) / 2, (j - 1) / 2, xa);
    const int32_t to = assembly_cell(a, (i - 1) / 2 + e[0], (j - 1) / 2 + e[1], xb);
    if (from < 0 || to < 0 || from == to) return;
    const double dx = xb[0] - xa[0], dy = xb[1] - xa[1];
    const double ka = a->average[from], kb = a->average[to];
    double P = ka - kb, sag;
    if (a->phi != NULL)
        P += a->phi[from] - a->phi[to];
    else
        P += l->g[0] / l->h[0] * dx + l->g[1] / l->h[1] * dy;
    if (a->source == POTENTIAL_GIVEN) {
        sag = 0.5 * (a->phi[from] + a->phi[to]) - phi;
    } else {
        const double *gx = a->g, *gy = a->g + a->grid->cells;
        sag = ((gx[from] - gx[to]) * dx + (gy[from] - gy[to]) * dy) / 8;
    }
    const double S = exp(fmax(-limit, fmin(limit, 2.0 / 3 * sag)));
    /* B(-z) = B(z) + z; where B(z) is no double any more, noise still leads back. */
    const double less = fmax(bernoulli(fabs(P)), least), more = less + fabs(P);
    row->edge[row->edges++] =
        (struct plane_edge){from,
                            to,
                            {(int16_t)e[0], (int16_t)e[1]},
                            w * S * (P > 0 ? more : less) + fmax(u, 0),
                            w * S * (P > 0 ? less : more) + fmax(-u, 0)};
}

/* Weight of the edge along the wall, in a row next to a reflecting wall normal to axis 1-d.
 * It carries what the dropped edges e_k = (a_k along the wall, c_k through it) would have
 * carried along the wall with no current through it (docs/numerics.md 4.5). */
static double wall_weight(const struct selling *s, const struct plane_local *l, int d) {
    const double normal = d == 0 ? l->D[2] : l->D[0];
    double sum = 0;
    for (int k = 0; k < 3; k++) {
        const double along = s->e[k][d], through = s->e[k][1 - d];
        if (through == 0) continue;
        sum +=
            0.5 * fabs(through) * s->rho[k] * along * (along - through * l->D[1] / normal);
    }
    return normal > 0 ? fmax(sum, 0) : 0;
}

/* How many reflecting walls normal to axis `d` the cell row of half-index I touches. */
static int touches(const struct assembly *a, int d, size_t I) {
    const enum boundary *b = a->grid->axis[d]->boundary;
    return (I == 1 && b[0] == REFLECTING) + (I + 1 == 2 * a->n[d] && b[1] == REFLECTING);
}

static bool check_cross(const struct assembly *a, const struct row2 *row, size_t k,
                        const double D[3], struct error *err) {
    if (fabs(D[1]) <= 1e-12 * sqrt(D[0] * D[2])) return true;
    for (int d = 0; d < 2; d++)
        if (!a->grid->axis[d]->smooth)
            return fail(
                err, ERROR_SETTINGS,
                "the diffusion has a cross term (D_xy = %g at (%g, %g)), for which "
                "the cells of axis %d must be spaced smoothly; use uniform, sinh or "
                "geometric spacing without points that bend it",
                D[1], row->x[k], row->y[k], d + 1);
    return true;
}

static void count_middle(struct row2 *row, const struct plane_local *l,
                         const struct selling *s, bool widened) {
    row->middles++;
    row->widened += widened;
    const double *r = l->rest, *c = l->c;
    row->upwind += r[0] * r[0] + r[1] * r[1] > 0.01 * (c[0] * c[0] + c[1] * c[1]);
    for (int d = 0; d < 2; d++)
        if (c[d] != 0) row->peclet = fmax(row->peclet, fabs(c[d]) / l->D[2 * d]);
    for (int k = 0; k < 3; k++)
        for (int d = 0; d < 2; d++)
            if (s->rho[k] > 0 && abs(s->e[k][d]) > row->reach) row->reach = abs(s->e[k][d]);
}

/* All edges whose middle is point k of the row: the one of Selling's three with the right
 * parity and, at faces, the one across the face. */
static bool add_middle(const struct assembly *a, struct row2 *row, size_t J, size_t k,
                       size_t n, struct error *err) {
    const size_t I = row->I[k];
    const double D[3] = {row->D[k], row->D[n + k], row->D[2 * n + k]};
    if (!check_cross(a, row, k, D, err)) return false;
    const struct plane_local l =
        assembly_local(a, I, J, (double[]){row->c[k], row->c[n + k]}, D);
    bool widened;
    const struct selling s = assembly_decompose(a, &l, &widened);
    const int q = selling_parity(&s, I % 2 == 0, J % 2 == 0);
    count_middle(row, &l, &s, widened);
    const int sign = s.e[q][0] < 0 || (s.e[q][0] == 0 && s.e[q][1] < 0) ? -1 : 1;
    const int e[2] = {sign * s.e[q][0], sign * s.e[q][1]};
    const double w = l.area * s.rho[q], phi = row->phi[k];
    if (I % 2 == 0 && J % 2 == 0) return add_edge(a, row, I, J, e, &l, phi, w, 0), true;
    const int d = I % 2 == 0 ? 0 : 1;
    const int across[2] = {d == 0, d == 1};
    const int walls = touches(a, 1 - d, d == 0 ? J : I);
    const double along = walls > 0 ? walls * l.area * wall_weight(&s, &l, d) : 0;
    const double rest = l.area * l.rest[d];
    if (e[0] == across[0] && e[1] == across[1])
        return add_edge(a, row, I, J, e, &l, phi, w + along, rest), true;
    add_edge(a, row, I, J, e, &l, phi, w, 0);
    add_edge(a, row, I, J, across, &l, phi, along, rest);
    return true;
}

static bool fill_row(const struct assembly *a, size_t J, struct row2 *row,
                     struct error *err) {
    row->edges = 0;
    const size_t n = list_middles(a, J, row);
    if (n == 0) return true;
    const double *const at[2] = {row->x, row->y};
    const struct coefficients *m = a->model;
    if (!plane_canonical_evaluate(m, n, at, row->c, row->D, row->scratch, err))
        return false;
    if (a->source == POTENTIAL_GIVEN && !m->potential(m->self, n, at, row->phi, err))
        return false;
    for (size_t k = 0; k < n; k++)
        if (!add_middle(a, row, J, k, n, err)) return false;
    return true;
}

/* Edges of rows one after the other. */
struct list {
    struct plane_edge *edge;
    size_t edges, room;
};

static bool append_row(struct list *list, const struct row2 *row, struct error *err) {
    if (row->edges == 0) return true;
    if (list->edges + row->edges > list->room) {
        const size_t more = list->room + list->room / 2 + row->edges;
        struct plane_edge *edge = realloc(list->edge, more * sizeof *edge);
        if (edge == NULL) return fail(err, ERROR_MEMORY, "no memory for %zu edges", more);
        list->edge = edge, list->room = more;
    }
    memcpy(list->edge + list->edges, row->edge, row->edges * sizeof *row->edge);
    list->edges += row->edges;
    return true;
}

/* What a thread has found goes behind the generator's edges. */
static bool append_list(struct plane_generator *g, struct list *list, struct error *err) {
    if (list->edges == 0) return true;
    if (g->edges == 0) { /* nothing to copy */
        g->edge = list->edge, g->edges = list->edges;
        list->edge = NULL;
        return true;
    }
    const size_t all = g->edges + list->edges;
    struct plane_edge *edge = realloc(g->edge, all * sizeof *edge);
    if (edge == NULL) return fail(err, ERROR_MEMORY, "no memory for %zu edges", all);
    memcpy(edge + g->edges, list->edge, list->edges * sizeof *edge);
    g->edge = edge, g->edges = all;
    return true;
}

/* Each thread takes rows that follow each other, and the first ones the first thread: the
 * order does not depend on their number, and none waits for another from row to row. */
bool assembly_edges(const struct assembly *a, struct plane_generator *g,
                    struct error *err) {
    const size_t rows = 2 * a->n[1];
    size_t middles = 0, upwind = 0, widened = 0;
    bool all_good = true;
#pragma omp parallel if (a->grid->cells > 4096)
    {
        struct error own;
        struct row2 row;
        struct list list = {0};
        bool good = row_create(&row, a->n[0], &own);
#pragma omp for schedule(static)
        for (size_t J = 0; J < rows; J++)
            good = good && fill_row(a, J, &row, &own) && append_row(&list, &row, &own);
#pragma omp for ordered schedule(static, 1)
        for (int thread = 0; thread < omp_get_num_threads(); thread++)
#pragma omp ordered
            if (all_good && !(good && append_list(g, &list, &own)))
                all_good = false, *err = own;
        free(list.edge);
#pragma omp critical
        {
            middles += row.middles, upwind += row.upwind, widened += row.widened;
            g->peclet = fmax(g->peclet, row.peclet);
            g->reach = row.reach > g->reach ? row.reach : g->reach;
        }
        row_finish(&row);
    }
    if (middles > 0) {
        g->upwind = (double)upwind / (double)middles;
        g->regularised = (double)widened / (double)middles;
    }
    return all_good;
}
