/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape_align.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double nothing = 1e-9; /* part of a cell that is none */

static bool is_cut(double part) {
    return part > nothing && part < 1 - nothing;
}

/* The edge in cell i, from the parts of its neighbours, of which one lies in the target
 * and one does not; NAN where that is not so. */
static double edge_in(const struct axis *axis, const double *part, size_t i) {
    const size_t n = axis->cells;
    const bool first = i == 0, last = i + 1 == n;
    const double below = first ? 1 - (part[1] > 0.5) : part[i - 1],
                 above = last ? 1 - (part[n - 2] > 0.5) : part[i + 1];
    if (is_cut(below) || is_cut(above) || (below > 0.5) == (above > 0.5))
        return (double)NAN;
    return above > 0.5 ? axis->face[i + 1] - part[i] * axis->width[i]
                       : axis->face[i] + part[i] * axis->width[i];
}

/* The face of cell i that moves: the nearer one that is no end of the grid. */
static size_t face_to_move(const struct axis *axis, size_t i, double edge) {
    const bool upper = edge > axis->centre[i];
    if (i == 0) return 1;
    if (i + 1 == axis->cells) return i;
    return upper ? i + 1 : i;
}

/* face[cells + 1] with the edges on it. */
static bool move_faces(const struct axis *axis, const double *part, double *face) {
    memcpy(face, axis->face, (axis->cells + 1) * sizeof *face);
    for (size_t i = 0; i < axis->cells; i++) {
        if (!is_cut(part[i])) continue;
        const double edge = edge_in(axis, part, i);
        const size_t f = isnan(edge) ? 0 : face_to_move(axis, i, edge);
        if (f == 0 || face[f] != axis->face[f]) return false;
        face[f] = edge;
    }
    return true;
}

bool escape_align(const struct grid *grid, const double *part, struct grid **out,
                  struct error *err) {
    const struct axis *axis = grid->axis[0];
    const size_t n = axis->cells;
    *out = NULL;
    double *face = array_create(n + 1, sizeof *face, err);
    if (face == NULL) return false;
    bool good = true;
    if (grid->dims == 1 && n > 2 && move_faces(axis, part, face)) {
        struct axis *moved = axis_create(
            &(struct axis_spec){.spacing = SPACING_NODES,
                                .cells = n,
                                .lo = face[0],
                                .hi = face[n],
                                .nodes = n + 1,
                                .node = face,
                                .multiple = 1,
                                .boundary = {axis->boundary[0], axis->boundary[1]}},
            err);
        good = moved != NULL && (*out = grid_create(moved, NULL, err)) != NULL;
    }
    free(face);
    return good;
}
