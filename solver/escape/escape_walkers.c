/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape_walkers.h"
#include "grids/sum.h"
#include "solver/escape/escape_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { USUAL_WALKERS = 10000, FEWEST_WALKERS = 500, PARTS = 8, MOST_MEANS = 60 };
static const double affordable = 3e8; /* path-steps: some seconds */

static void say_why(struct escape_walkers *out, const char *why) {
    snprintf(out->why, sizeof out->why, "%s", why);
}

/* ---------------------------------------------------------------- their number */

/* The last blocks of 512 walkers wait for the slowest of theirs: 7 mean times. */
static double work_of(uint64_t walkers, double steps) {
    return ((double)walkers + 7 * WALKERS_BLOCK) * steps;
}

/* Their number, or 0 with the reason. */
static uint64_t choose_number(uint64_t wanted, double steps, struct escape_walkers *out) {
    const double possible = affordable / steps - 7 * WALKERS_BLOCK;
    uint64_t n = wanted;
    if (wanted == 0)
        n = possible >= USUAL_WALKERS    ? USUAL_WALKERS
            : possible >= FEWEST_WALKERS ? (uint64_t)possible
                                         : 0;
    out->path_steps = work_of(n > 0 ? n : USUAL_WALKERS, steps);
    if (n == 0)
        snprintf(out->why, sizeof out->why,
                 "not run: %d of them would take %.2g steps (--walkers N runs them)",
                 USUAL_WALKERS, out->path_steps);
    return n;
}

/* ---------------------------------------------------------------- running */

/* Walkers that arrived leave their times in time[]; those on their way move up, where the
 * random numbers of a place do not belong together from step to step. */
static size_t collect(struct walkers *w, bool movable, double *time) {
    size_t kept = 0, arrived = 0;
    if (!movable) {
        for (size_t i = 0; i < w->count; i++)
            if (w->exit_time[i] < HUGE_VAL) time[arrived++] = w->exit_time[i];
        return arrived;
    }
    for (size_t i = 0; i < w->count; i++) {
        if (w->exit_time[i] < HUGE_VAL) {
            time[arrived++] = w->exit_time[i];
            continue;
        }
        w->exit_time[kept] = HUGE_VAL;
        for (int d = 0; d < w->dims; d++) {
            w->x[d][kept] = w->x[d][i];
            if (w->v[d] != NULL) w->v[d][kept] = w->v[d][i];
        }
        kept++;
    }
    for (size_t i = kept; i < w->count; i++)
        w->exit_time[i] = 0; /* at rest */
    w->count = kept;
    w->padded = (kept + WALKERS_BLOCK - 1) / WALKERS_BLOCK * WALKERS_BLOCK;
    return arrived;
}

/* What the walkers say of one call, as a part of all. */
struct part {
    const struct monitor *monitor;
    double done, all;
};

static bool tick_of_part(void *context, double fraction) {
    const struct part *p = context;
    (void)fraction;
    return p->monitor == NULL || p->monitor->tick(p->monitor->context, p->done / p->all);
}

static bool run_until_all_arrive(struct ensemble *e, const struct walkers_model *model,
                                 double mean, double *time, const struct monitor *monitor,
                                 struct error *err) {
    const bool movable = model->kind != WALKERS_SGD || model->sampling != RESHUFFLED;
    const double part = ceil(mean / model->step / PARTS);
    const uint64_t steps = (uint64_t)fmin(fmax(part, 1), 1e18), all = e->walkers->count;
    size_t arrived = 0;
    struct part progress = {monitor, 0, (double)all};
    const struct monitor inner = {tick_of_part, &progress};
    for (int k = 0; k < PARTS * MOST_MEANS && arrived < all; k++) {
        progress.done = (double)arrived;
        if (!walkers_advance(e->walkers, model, steps, &inner, err)) return false;
        const size_t now = collect(e->walkers, movable, time + (movable ? arrived : 0));
        arrived = movable ? arrived + now : now;
    }
    return arrived == all ||
           fail(err, ERROR_RUN, "%zu of %zu walkers had not arrived after %d mean times",
                (size_t)all - arrived, (size_t)all, MOST_MEANS);
}

static void average(const double *time, uint64_t n, struct escape_walkers *out) {
    struct sum sum = {0}, squares = {0};
    for (uint64_t i = 0; i < n; i++)
        sum_add(&sum, time[i]);
    out->mean = sum_value(sum) / (double)n;
    for (uint64_t i = 0; i < n; i++)
        sum_add(&squares, (time[i] - out->mean) * (time[i] - out->mean));
    out->error =
        n > 1 ? sqrt(sum_value(squares) / ((double)n - 1) / (double)n) : (double)NAN;
}

static bool run_walkers(const struct escape *e, struct escape_inside *inside,
                        enum ensemble_kind kind, uint64_t wanted,
                        const struct monitor *monitor, struct escape_walkers *out,
                        struct error *err) {
    struct ensemble ensemble = {0};
    const double mean = exp(e->log_time);
    out->step = escape_inside_step(inside, kind, mean);
    const uint64_t n = choose_number(wanted, mean / out->step, out);
    if (n == 0) return true;
    inside->settings.walkers = (int64_t)n;
    double *time = array_create(n, sizeof *time, err);
    bool good = time != NULL && ensemble_create(&ensemble, &inside->setup,
                                                &inside->settings, kind, kind, false, err);
    for (size_t k = 0; good && k < ensemble.intervals; k++)
        ensemble.model[k].held = e->passage.table->log_one_jump != NULL;
    good = good && run_until_all_arrive(&ensemble, &ensemble.model[ensemble.intervals - 1],
                                        mean, time, monitor, err);
    if (good) out->walkers = n, average(time, n, out);
    out->mean *= inside->part, out->error *= inside->part;
    ensemble_finish(&ensemble);
    free(time);
    return good;
}

bool escape_walkers_run(const struct escape *e, enum ensemble_kind kind, uint64_t wanted,
                        const struct monitor *monitor, struct escape_walkers *out,
                        struct error *err) {
    struct escape_inside inside;
    *out = (struct escape_walkers){0};
    part_begin(&e->parts, kind == ENSEMBLE_SDE   ? "escape: SDE walkers"
                          : kind == ENSEMBLE_SGD ? "escape: SGD walkers"
                                                 : "escape: SGD walkers, normal noise");
    if (!isfinite(e->log_time)) return say_why(out, "the mean time is not finite"), true;
    if (!escape_inside_create(e, &inside, err)) return false;
    const bool good = inside.why != NULL
                          ? (say_why(out, inside.why), true)
                          : run_walkers(e, &inside, kind, wanted, monitor, out, err);
    escape_inside_finish(&inside);
    return good;
}
