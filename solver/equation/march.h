/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The snapshots of a run in order, in batches: rows that lie in one interval of the
 * learning-rate schedule and follow from the density before the first of them. A batch
 * depends on that density only: that is what makes a resumed run give the same bits. */
#pragma once

#include "solver/equation/evolution.h"

struct snapshot_batch {
    size_t first, rows, interval; /* rows first .. first + rows - 1; first >= 1 */
};
/* Rows from `first` on in one interval, `most` or fewer. */
struct snapshot_batch march_rows(const struct setup *setup, size_t first, size_t most);
/* As many as fit into memory at once (256 MiB of densities), one where a batch is not
 * cheaper than single rows. */
struct snapshot_batch march_batch(const struct setup *setup,
                                  const struct evolution *evolution, size_t first);
/* t[rows]: the times of the batch since the row before it. */
void march_times(const struct setup *setup, const struct snapshot_batch *batch, double *t);

/* All rows from 1 on, p[cells] being the density of row 0: one sink call each with k = row.
 * time_error adds up over batches. */
MUST_CHECK bool march(struct evolution *evolution, const struct setup *setup,
                      const double *p, snapshot_sink sink, void *context,
                      struct error *err);
