/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/march.h"
#include <stdlib.h>
#include <string.h>

enum {
    MOST_BATCH_VALUES = 1 << 25
}; /* Fewer rows at once would mean more factorisations:
                                         on 2048^2 cells they are most of the time. */

struct snapshot_batch march_rows(const struct setup *setup, size_t first, size_t most) {
    const double *t = setup->time;
    struct snapshot_batch b = {first, 0, model_interval_at(setup->model, t[first])};
    while (b.rows < most && first + b.rows < setup->snapshots &&
           model_interval_at(setup->model, t[first + b.rows]) == b.interval)
        b.rows++;
    return b;
}

struct snapshot_batch march_batch(const struct setup *setup,
                                  const struct evolution *evolution, size_t first) {
    const size_t fits = MOST_BATCH_VALUES / evolution->grid->cells;
    const size_t most = evolution_batches(evolution) ? (fits > 0 ? fits : 1) : 1;
    return march_rows(setup, first, most);
}

void march_times(const struct setup *setup, const struct snapshot_batch *batch, double *t) {
    for (size_t k = 0; k < batch->rows; k++)
        t[k] = setup->time[batch->first + k] - setup->time[batch->first - 1];
}

/* Counts the rows of a batch from the start of the run, keeps the last one. */
struct marching {
    const struct snapshot_batch *batch;
    size_t cells;
    double *last;         /* [cells] */
    double before, error; /* time error up to the batch, and up to its last row */
    snapshot_sink sink;
    void *context;
};

static bool take(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    struct marching *m = context;
    m->error = m->before + time_error;
    if (k + 1 == m->batch->rows) memcpy(m->last, p, m->cells * sizeof *p);
    return m->sink(m->context, m->batch->first + k, p, m->error, err);
}

bool march(struct evolution *evolution, const struct setup *setup, const double *p,
           snapshot_sink sink, void *context, struct error *err) {
    const size_t cells = evolution->grid->cells;
    double *work = array_create(2 * cells + setup->snapshots, sizeof *work, err);
    if (work == NULL) return false;
    double *start = work, *t = work + 2 * cells;
    struct snapshot_batch batch = {1, 0, 0};
    struct marching m = {.batch = &batch,
                         .cells = cells,
                         .last = work + cells,
                         .sink = sink,
                         .context = context};
    bool good = true;
    memcpy(m.last, p, cells * sizeof *p);
    for (size_t first = 1; good && first < setup->snapshots; first += batch.rows) {
        batch = march_batch(setup, evolution, first);
        march_times(setup, &batch, t);
        memcpy(start, m.last, cells * sizeof *start);
        m.before = m.error;
        good = evolution_advance(evolution, batch.interval, setup->time[first - 1], start,
                                 batch.rows, t, take, &m, err);
    }
    free(work);
    return good;
}
