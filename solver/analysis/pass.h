/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One solution of the whole problem on N 2^exponent cells, of which rows are kept over the
 * user's cells, and how far two of them lie apart (resolution.h has the formulas). */
#pragma once

#include "solver/analysis/observe.h"
#include "solver/analysis/solved.h"

/* Rows 0, every, 2 every, ... and the last one are looked at. */
struct looked {
    size_t rows, every;
};
struct looked pass_looked_at(const struct setup *setup);
/* Position of the row, or of the next one, among those looked at; *is: is it one of them? */
size_t pass_slot(struct looked looked, size_t row, bool *is);

/* What is kept of the rows on N 2^exponent cells; [slots]: of those looked at. */
struct pass {
    struct looked looked;
    struct grid *grid; /* solved on */
    struct grid
        *kept; /* the user's cells, or `grid` where these are wider (then borrowed) */
    bool own_kept;
    size_t by;                      /* cells of grid in one of kept */
    double *p;                      /* [slots][kept cells] */
    double *mass, *mean, *variance; /* [rows] */
    const struct setup *setup;      /* borrowed */
    struct evolution *evolution;    /* owned; at rest once it has marched */
    struct observables *observables;
    double *region;              /* [rows][regions] masses */
    size_t row;                  /* kept last */
    const struct monitor *whole; /* of all passes */
    double on_wall;       /* of the start, largest over the intervals (start_on_wall.h) */
    double time_error;    /* the largest */
    bool failed;          /* could not be solved */
    struct solved solved; /* its rows on all its cells */
};

/* Solves all rows. One that the equation's solver gives up is kept as failed, and err says
 * why: finer cells may do. False on other errors. setup is borrowed. */
MUST_CHECK bool pass_run(struct pass *pass, const struct setup *setup, int exponent,
                         const struct evolution_options *options, struct error *err);
void pass_finish(struct pass *pass);

/* d[rows] of resolution.h, NaN in rows that are not looked at; work[kept cells of
 * coarse]. */
void pass_difference(const struct pass *fine, const struct pass *coarse,
                     const struct setup *setup, double *work, double *d);
/* Wasserstein-1 distance of the last rows, over the cells of the coarser one; work as
 * above. */
double pass_last_distance(const struct pass *fine, const struct pass *coarse,
                          const struct setup *setup, double *work);
