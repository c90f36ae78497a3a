/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A 2-D generator cut along the edge of a target: a set of cells that absorbs, beside the
 * walls that do. An edge (plane/generator.h) that enters the target becomes an exit at the face
 * where it enters, at the rate
 *     forward B(-theta P) / (theta B(-P)),   B(z) = z / (e^z - 1),
 * with theta the part of the edge up to that face and P the rise of ln p_st along the whole
 * edge. This is the rate through an absorbing wall there: the target's edge is the faces,
 * second order in the cells' size where it is straight. Of an edge through a corner half
 * goes either way around. */
#pragma once

#include "solver/fv/plane/generator.h"

/* A face through which mass leaves. */
struct exit_place {
    int dim, side; /* normal to axis dim; side 1: it is left upwards, 0: downwards */
    double x[2];   /* its middle */
    double length;
    int32_t cell; /* the target's cell behind it; -1: an absorbing wall */
};

struct plane_target {
    bool *inside; /* [cells] the target */
    /* The absorbing chain. No rate leads out of a target cell: mass that starts there
     * stays; mass that comes there from outside is lost, as behind an absorbing wall. In
     * detailed balance if the whole chain was. Ready for a propagator; its flux is meant
     * outside the target only. */
    struct plane_generator *absorbing;
    size_t places;
    struct exit_place *place; /* [places] */
    int32_t *place_of;        /* [absorbing->exits] index in place of each exit */
};

/* inside[cells], or NULL: only absorbing walls. Fails (ERROR_SETTINGS) when there is
 * nothing to reach, or when every cell is a target. The generator's grid is borrowed. */
MUST_CHECK bool plane_target_cut(const struct plane_generator *generator,
                                 const bool *inside, struct plane_target *out,
                                 struct error *err);
void plane_target_finish(struct plane_target *target);
