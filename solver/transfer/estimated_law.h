/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The law of a process with the error of its cells: everything is done on the grid and on
 * that of every second face, and compared there (masses.h). The estimate is the error of
 * the half grid, at least that of the law itself: some 16 times that for moments, twice for
 * distribution functions (docs/numerics.md 10.6). */
#pragma once

#include "solver/transfer/law.h"
#include "solver/transfer/masses.h"
#include "solver/transfer/mean_steps.h"

/* One of the two grids. */
struct law_side {
    const struct grid *grid;
    struct transfer *op;
    struct law *law;
};

struct estimated_law {
    struct law_side fine;
    struct law_side half; /* grid NULL: cells cannot be halved, errors are NaN */
    struct grid *coarse;  /* owned: half.grid */
    bool positive;
};

struct law_error {
    struct law_distance cells; /* between the two grids: L1 and KS */
    double negative;           /* Sum max(0, -m) of the law */
};

/* The process, from density[cells] (averages over the cells of grid, which is borrowed).
 * process: used here only. Fails as transfer_create. */
MUST_CHECK struct estimated_law *estimated_law_create(const struct process *process,
                                                      const struct grid *grid,
                                                      const double *density, bool positive,
                                                      const struct monitor *monitor,
                                                      struct error *err);
/* The same from the point w[dims], to which deposits give their moments. */
MUST_CHECK struct estimated_law *estimated_law_from_point(const struct process *process,
                                                          const struct grid *grid,
                                                          const double *w, bool positive,
                                                          const struct monitor *monitor,
                                                          struct error *err);
void estimated_law_destroy(struct estimated_law *law);

/* `steps` more, as law_advance. Interrupted, it goes on with a call for the steps that
 * fine.law->step lacks, which may be 0. */
MUST_CHECK bool estimated_law_advance(struct estimated_law *law, uint64_t steps,
                                      const struct monitor *monitor, struct error *err);
/* Goes on with another process: a learning rate that has changed. After a failure the law
 * can be destroyed only. */
MUST_CHECK bool estimated_law_switch(struct estimated_law *law,
                                     const struct process *process,
                                     const struct monitor *monitor, struct error *err);
/* density[cells]: the law as averages over cells; its error. */
MUST_CHECK bool estimated_law_read(const struct estimated_law *law, double *density,
                                   struct law_error *error, struct error *err);

/* Mean steps of the present process to the cells with target[cells] from the point w[dims];
 * w NULL: from the present law, where mass in the target counts with 0 steps. On half the cells the target is where half or more of a cell is; on_face tells that none
 * is cut, else the estimate is mostly of the edge's place. */
struct estimated_steps {
    double steps;
    double error;  /* |difference| between the two grids; NaN when there is no half one */
    double defect; /* relative, by rounding (mean_steps.h) */
    bool on_face;
};
MUST_CHECK bool estimated_law_mean_steps(const struct estimated_law *law,
                                         const bool *target, const double *w,
                                         const struct monitor *monitor,
                                         struct estimated_steps *out, struct error *err);
