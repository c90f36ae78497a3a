/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/solved.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 1 << 23 }; /* 64 MiB */

bool solved_begin(struct solved *s, const struct setup *setup,
                  const struct evolution *evolution, const double *start,
                  struct error *err) {
    const size_t cells = evolution->grid->cells;
    *s = (struct solved){0};
    if (setup->snapshots < 2) return true;
    const struct snapshot_batch all = march_batch(setup, evolution, 1);
    const size_t n = all.rows;
    if (n + 1 < setup->snapshots || cells > MOST_VALUES / n) return true;
    double *block =
        malloc((cells + 2 * n + n * cells) * sizeof *block); /* all of it is set */
    if (block == NULL) return fail(err, ERROR_MEMORY, "out of memory");
    *s = (struct solved){.rows = n,
                         .cells = cells,
                         .interval = all.interval,
                         .tolerance = evolution->tolerance,
                         .start = block,
                         .t = block + cells,
                         .error = block + cells + n,
                         .p = block + cells + 2 * n};
    memcpy(s->start, start, cells * sizeof *start);
    march_times(setup, &all, s->t);
    return true;
}

void solved_take(struct solved *s, size_t row, const double *p, double time_error) {
    if (row == 0 || row > s->rows) return;
    s->error[row - 1] = time_error;
    memcpy(s->p + (row - 1) * s->cells, p, s->cells * sizeof *p);
}

void solved_end(struct solved *s, const struct evolution *evolution) {
    if (s->rows == 0) return;
    const struct propagator *p = evolution->interval[s->interval]->propagator;
    s->counts = p->counts;
    memcpy(s->chosen, p->chosen, sizeof s->chosen);
}

void solved_finish(struct solved *s) {
    free(s->start);
    *s = (struct solved){0};
}

bool solved_is(const struct solved *s, const struct evolution *evolution, size_t interval,
               const double *p0, size_t n, const double *t) {
    return s->rows > 0 && n == s->rows && interval == s->interval &&
           evolution->grid->cells == s->cells && evolution->tolerance == s->tolerance &&
           memcmp(t, s->t, n * sizeof *t) == 0 &&
           memcmp(p0, s->start, s->cells * sizeof *p0) == 0;
}

bool solved_replay(const struct solved *s, struct evolution *evolution, snapshot_sink sink,
                   void *context, struct error *err) {
    struct propagator *p = evolution->interval[s->interval]->propagator;
    p->counts = s->counts;
    memcpy(p->chosen, s->chosen, sizeof s->chosen);
    for (size_t k = 0; k < s->rows; k++)
        if (!sink(context, k, s->p + k * s->cells, s->error[k], err)) return false;
    return true;
}
