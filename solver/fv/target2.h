/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A 2-D generator cut along the edge of a target: a set of cells that absorbs, next to the
 * walls that do. An edge (generator2.h) that enters the target on its way becomes an exit
 * at the face where it does: with theta the part of the way up to that face and P the rise
 * of ln p_st along the whole, its rate is that to the next cell times
 *     B(-theta P) / (theta B(-P)),
 * as for an absorbing wall, so that the target's edge is the faces: second order in the
 * cells' size where the edge is straight. Through a corner half goes either way around. */
#pragma once

#include "solver/fv/generator2.h"

/* A face through which mass leaves. */
struct exit_place {
    int dim, side; /* normal to axis dim; side 1: it is left upwards, 0: downwards */
    double x[2];   /* its middle */
    double length;
    int32_t cell; /* the target's cell behind it; -1: an absorbing wall */
};

struct target2 {
    bool *inside; /* [cells] the target */
    /* The chain without the target: no rate leads out of a target's cell, so that what
     * starts there stays, and what comes there from outside is lost, as it is behind an
     * absorbing wall. In detailed balance if the whole was. Ready for a propagator; its
     * flux is meant outside the target only. */
    struct generator2 *absorbing;
    size_t places;
    struct exit_place *place; /* [places] */
    int32_t *place_of;        /* [absorbing->exits] */
};

/* inside[cells], or NULL: only absorbing walls. Fails (ERROR_SETTINGS) when there is
 * nothing to reach, or when every cell is a target. The generator's grid is borrowed. */
MUST_CHECK bool target2_cut(const struct generator2 *generator, const bool *inside,
                            struct target2 *out, struct error *err);
void target2_finish(struct target2 *target);
