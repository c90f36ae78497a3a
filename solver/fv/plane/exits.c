/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exits: the edges of cells near an absorbing wall that end beyond it. With theta the part
 * of the edge inside, p = 0 at the wall and P the drop of phi up to it, the rate is
 *     V rho / theta B(-P),   B(z) = z / (e^z - 1)       (docs/numerics.md 4.5). */
#include "solver/fv/bernoulli.h"
#include "solver/fv/plane/assemble.h"
#include "solver/fv/plane/canonical.h"
#include "solver/fv/plane/selling.h"
#include <math.h>
#include <stdlib.h>

struct wall_crossing {
    int dim, side;
    double theta; /* part of the edge before the wall; > 1: stays inside */
};

/* The wall that the way from cell (i, j) along s e meets first. */
static struct wall_crossing first_wall(const struct assembly *a, const size_t cell[2],
                                       const int e[2], int sign) {
    struct wall_crossing first = {0, 0, HUGE_VAL};
    for (int d = 0; d < 2; d++) {
        const int step = sign * e[d];
        if (step == 0 || a->periodic[d]) continue;
        const size_t to_wall = step < 0 ? cell[d] : a->n[d] - 1 - cell[d];
        const double theta = ((double)to_wall + 0.5) / abs(step);
        if (theta < first.theta) first = (struct wall_crossing){d, step > 0, theta};
    }
    return first;
}

static bool append_exit(struct plane_generator *g, size_t *room, struct plane_exit one,
                        struct error *err) {
    if (!(one.rate > 0)) return true;
    struct plane_exit *wider = array_grow(g->exit, g->exits, room, sizeof *wider, err);
    if (wider == NULL) return false;
    g->exit = wider;
    g->exit[g->exits++] = one;
    return true;
}

/* Where the way along e crosses the wall, in index steps from the cell: linear in the
 * spacing of the cell, and on the wall exactly. */
static void crossing_point(const struct assembly *a, const size_t cell[2],
                           const struct plane_local *l, const int e[2], int sign,
                           struct wall_crossing w, double x[2]) {
    for (int d = 0; d < 2; d++) {
        const struct axis *axis = a->grid->axis[d];
        x[d] = axis->centre[cell[d]] + sign * w.theta * e[d] * l->h[d];
        if (d == w.dim) x[d] = axis->face[w.side == 0 ? 0 : axis->cells];
        if (!a->periodic[d])
            x[d] = fmin(fmax(x[d], axis->face[0]), axis->face[axis->cells]);
    }
}

/* phi at the cell, averaged, minus phi at the wall. */
static bool drop_to_wall(const struct assembly *a, const size_t cell[2],
                         const struct plane_local *l, const double x[2], double *P,
                         struct error *err) {
    const size_t k = cell[1] * a->n[0] + cell[0];
    *P = a->average[k];
    if (a->source == POTENTIAL_GIVEN) {
        double phi;
        const double *const at[2] = {&x[0], &x[1]};
        if (!a->model->potential(a->model->self, 1, at, &phi, err)) return false;
        *P += a->phi[k] - phi;
        return true;
    }
    for (int d = 0; d < 2; d++)
        *P += l->g[d] / l->h[d] * (x[d] - a->grid->axis[d]->centre[cell[d]]);
    return true;
}

static bool add_exits(const struct assembly *a, struct plane_generator *g, size_t *room,
                      const size_t cell[2], struct error *err) {
    const double x = a->grid->axis[0]->centre[cell[0]];
    const double y = a->grid->axis[1]->centre[cell[1]];
    const double *const at[2] = {&x, &y};
    double c[2], D[3], scratch[6], P;
    if (!plane_canonical_evaluate(a->model, 1, at, c, D, scratch, err)) return false;
    const struct plane_local l = assembly_local(a, 2 * cell[0] + 1, 2 * cell[1] + 1, c, D);
    bool widened;
    const struct selling s = assembly_decompose(a, &l, &widened);
    const int32_t k = (int32_t)(cell[1] * a->n[0] + cell[0]);
    for (int q = 0; q < 6; q++) {
        const int *e = s.e[q / 2], sign = q % 2 == 0 ? 1 : -1;
        const struct wall_crossing w = first_wall(a, cell, e, sign);
        if (!(w.theta <= 1) || a->grid->axis[w.dim]->boundary[w.side] != ABSORBING)
            continue;
        double wall[2];
        crossing_point(a, cell, &l, e, sign, w, wall);
        if (!drop_to_wall(a, cell, &l, wall, &P, err)) return false;
        const double rate = l.area * s.rho[q / 2] / w.theta * bernoulli(-P);
        if (!append_exit(g, room, (struct plane_exit){k, w.dim, w.side, rate}, err))
            return false;
    }
    for (int q = 0; q < 4; q++) { /* what is upwinded leaves through the wall's face */
        const int d = q / 2, side = q % 2;
        const bool next = cell[d] == (side == 0 ? 0 : a->n[d] - 1);
        if (!next || a->grid->axis[d]->boundary[side] != ABSORBING) continue;
        const double out = l.area * fmax(0, side == 0 ? -l.rest[d] : l.rest[d]);
        if (!append_exit(g, room, (struct plane_exit){k, d, side, out}, err)) return false;
    }
    return true;
}

/* Whether a cell is so near an absorbing wall that an edge may end beyond it. */
static bool near_absorbing(const struct assembly *a, const size_t cell[2], size_t reach) {
    for (int d = 0; d < 2; d++) {
        const enum boundary *b = a->grid->axis[d]->boundary;
        if (b[0] == ABSORBING && cell[d] < reach) return true;
        if (b[1] == ABSORBING && a->n[d] - cell[d] <= reach) return true;
    }
    return false;
}

bool assembly_exits(const struct assembly *a, struct plane_generator *g,
                    struct error *err) {
    size_t room = 0;
    const size_t reach = (size_t)(g->reach > 0 ? g->reach : 1) + 1;
    for (size_t j = 0; j < a->n[1]; j++)
        for (size_t i = 0; i < a->n[0]; i++) {
            const size_t cell[2] = {i, j};
            if (near_absorbing(a, cell, reach) && !add_exits(a, g, &room, cell, err))
                return false;
        }
    return true;
}
