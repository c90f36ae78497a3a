/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of a run as a pass over its cells (pass.h) solved them, so that the run need not
 * solve the same problem again. Kept where all rows are one batch (march.h), which depends on
 * the density at its start only, and where they are not too many. */
#pragma once

#include "solver/equation/march.h"

struct solved {
    size_t rows, cells; /* rows 0: nothing is kept */
    size_t interval;
    double tolerance;
    double *start, *t, *error; /* [cells], [rows] times since the start, [rows] in time */
    double *p;                 /* [rows][cells]; all four are parts of one block at start */
    struct propagator_counts counts;
    char chosen[256];
};

/* Before march(): room for its rows from start[cells], if they are to be kept. Fails for want
 * of memory only. */
MUST_CHECK bool solved_begin(struct solved *solved, const struct setup *setup,
                             const struct evolution *evolution, const double *start,
                             struct error *err);
/* Keeps row `row` of the run, counted from 1. */
void solved_take(struct solved *solved, size_t row, const double *p, double time_error);
/* After march(): what it took. */
void solved_end(struct solved *solved, const struct evolution *evolution);
void solved_finish(struct solved *solved);

/* Would evolution_advance give these rows, to the last bit? */
bool solved_is(const struct solved *solved, const struct evolution *evolution,
               size_t interval, const double *p0, size_t n, const double *t);
/* As evolution_advance would, whose counts and choices the evolution then has. */
MUST_CHECK bool solved_replay(const struct solved *solved, struct evolution *evolution,
                              snapshot_sink sink, void *context, struct error *err);
