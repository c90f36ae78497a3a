/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Characteristics of the drift, backwards in time from the faces of an axis:
 *     dX/dtau = -b(X),   X(0) = face,
 * by the Runge-Kutta pair of Dormand & Prince, J. Comput. Appl. Math. 6, 19 (1980), order
 * 5(4). Faces go in groups with steps of their own, so that fast ones do not hold up the
 * others. Outside a box that is not periodic the drift is that of its end. */
#pragma once

#include "grids/axis.h"
#include "solver/model/coefficients.h"

struct characteristics {
    const struct axis *axis; /* borrowed, as coefficients */
    const struct coefficients *coefficients;
    double tolerance; /* allowed error of a position in one step, as a part of the box */
    double *x;        /* [cells + 1] positions now */
    double *h;        /* [groups] next step of each */
    double *k[7], *next, *point; /* [cells + 1] work */
    size_t steps;                /* of all groups */
};

/* Starts at X = faces. axis and coefficients, of which only the drift is used, are
 * borrowed. */
MUST_CHECK struct characteristics *
characteristics_create(const struct axis *axis, const struct coefficients *coefficients,
                       double tolerance, struct error *err);
void characteristics_destroy(struct characteristics *c);
/* Back to X = faces. */
void characteristics_start(struct characteristics *c);
/* Traces back by another tau >= 0: c->x[cells + 1], kept in order. Fails where the drift is
 * not finite, (ERROR_RUN) after a million steps of a group, and on ERROR_INTERRUPTED. */
MUST_CHECK bool characteristics_trace(struct characteristics *c, double tau,
                                      const struct monitor *monitor, struct error *err);
