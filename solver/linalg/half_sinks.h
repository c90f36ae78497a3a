/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Killing and resets as part of a step, of a discrete process or by splitting, as the walkers have them (solver/mc/sinks.h):
 * one step is K R P R K, K first, with K and R over half of the step's length h,
 *     K m = e^(-k h / 2) m,     R m = e^(-r h / 2) m + s Sum (1 - e^(-r h / 2)) m,
 * at the rates k(x) and r(x), s the law that resets lead to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct half_sinks {
    size_t cells;
    double *killed, *reset; /* [cells] 1 - e^(-k h / 2), 1 - e^(-r h / 2); owned */
    double *to;             /* [cells] masses that a unit of resets leads to; owned */
    double outside;         /* of that unit: gone at an absorbing end */
    double *work;           /* [cells], owned; not for two threads at once; may be NULL */
    bool uneven;            /* a part varies much within a cell: no high order */
};

void half_sinks_finish(struct half_sinks *half); /* zeros are fine */
/* m[cells] = R K m before the step, K R m after it; returns the mass that is gone. */
double half_sinks_before(const struct half_sinks *half, double *m);
double half_sinks_after(const struct half_sinks *half, double *m);
