/* SPDX-License-Identifier: GPL-3.0-or-later
 * The state of N walkers, and all of them carried through chunks of steps. */
#include "solver/mc/walkers.h"
#include "solver/mc/hash.h"
#include "solver/mc/mover.h"
#include "solver/mc/sinks.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>

enum { LANES = WALKERS_BLOCK };

const char *walkers_kind_name(int kind) {
    const struct walkers_method *method = walkers_method_of(kind);
    return method != NULL ? method->name : NULL;
}

struct walkers *walkers_create(uint64_t count, int dims, bool momentum, bool absorbing,
                               struct random_key key, struct error *err) {
    struct walkers *w = array_create(1, sizeof *w, err);
    if (w == NULL) return NULL;
    w->count = count;
    w->padded = (count + LANES - 1) / LANES * LANES;
    w->dims = dims;
    w->key = key;
    bool ok = true;
    for (int d = 0; ok && d < dims; d++) {
        ok = (w->x[d] = array_create(w->padded, sizeof *w->x[d], err)) != NULL;
        if (ok && momentum)
            ok = (w->v[d] = array_create(w->padded, sizeof *w->v[d], err)) != NULL;
    }
    if (ok && absorbing)
        ok = (w->exit_time = array_create(w->padded, sizeof *w->exit_time, err)) != NULL;
    if (!ok) return walkers_destroy(w), NULL;
    for (size_t i = 0; absorbing && i < w->padded; i++)
        w->exit_time[i] = HUGE_VAL;
    return w;
}

bool walkers_axis_absorbs(const struct walkers_model *m, int d) {
    return m->boundary[d][0] == ABSORBING || m->boundary[d][1] == ABSORBING;
}

bool walkers_model_absorbs(const struct walkers_model *m) {
    return walkers_axis_absorbs(m, 0) || (m->dims == 2 && walkers_axis_absorbs(m, 1)) ||
           (m->sinks != NULL && m->sinks->rate[SINK_KILLING] != NULL);
}

struct walkers *walkers_create_for(const struct walkers_model *model, uint64_t count,
                                   struct random_key key, struct error *err) {
    struct walkers *w = walkers_create(count, model->dims, model->momentum > 0,
                                       walkers_model_absorbs(model), key, err);
    if (w == NULL || model->loss == NULL || walkers_add_work(w, err)) return w;
    return walkers_destroy(w), NULL;
}

bool walkers_add_work(struct walkers *w, struct error *err) {
    return (w->work = array_create(w->padded, sizeof *w->work, err)) != NULL;
}

void walkers_destroy(struct walkers *w) {
    if (w == NULL) return;
    free(w->work);
    free(w->exit_time);
    for (int d = 0; d < 2; d++) {
        free(w->v[d]);
        free(w->x[d]);
    }
    free(w);
}

static struct block block_at(const struct walkers *w, size_t first) {
    struct block block = {.path0 = first};
    for (int d = 0; d < w->dims; d++) {
        block.x[d] = w->x[d] + first;
        if (w->v[d] != NULL) block.v[d] = w->v[d] + first;
    }
    if (w->exit_time != NULL) block.exit_time = w->exit_time + first;
    if (w->work != NULL) block.work = w->work + first;
    return block;
}

/* Steps between two looks at the monitor: some 10^7 path-steps, but enough that pairs of
 * normals are used up and that the replay of a reshuffled epoch is paid back. */
static uint64_t chunk_of(const struct walkers *w, const struct walkers_model *model) {
    const uint64_t work = model->kind == WALKERS_SGD ? model->batch : 1;
    uint64_t least = 8;
    if (model->kind == WALKERS_SGD && model->sampling == RESHUFFLED)
        least = 4 * (model->examples / model->batch);
    const uint64_t chunk = ((uint64_t)1 << 25) / (w->padded * work + 1) / 8 * 8;
    return chunk > least ? chunk : least;
}

/* Index of the first walker that is lost, or count. */
static uint64_t first_lost(const struct walkers *w) {
    uint64_t lost = w->count;
#pragma omp parallel for reduction(min : lost) if (w->count > 16384)
    for (uint64_t i = 0; i < w->count; i++) {
        if (w->exit_time != NULL && w->exit_time[i] < HUGE_VAL) continue;
        for (int d = 0; d < w->dims; d++)
            if (!isfinite(w->x[d][i]) && i < lost) lost = i;
    }
    return lost;
}

static void run_chunk(struct walkers *w, struct mover **mover, int threads,
                      uint64_t steps) {
    const size_t blocks = w->padded / LANES;
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (blocks > 1)
    for (size_t b = 0; b < blocks; b++) {
        struct block block = block_at(w, b * LANES);
        mover_run(mover[omp_get_thread_num()], &block, w->step, steps, &w->clock);
    }
    w->step += steps;
    w->time = clock_time(&w->clock, w->step);
}

static bool run(struct walkers *w, const struct walkers_model *model, struct mover **mover,
                int threads, uint64_t steps, const struct monitor *monitor,
                struct error *err) {
    const uint64_t from = w->step, chunk = chunk_of(w, model);
    for (uint64_t done = 0; done < steps; done = w->step - from) {
        if (!monitor_tick(monitor, (double)done / (double)steps, err)) return false;
        const uint64_t left = steps - done;
        run_chunk(w, mover, threads, left < chunk ? left : chunk);
        const uint64_t lost = first_lost(w);
        if (lost < w->count)
            return fail(err, ERROR_RUN,
                        "walker %llu became nan or infinite before step %llu of the %s "
                        "walkers: the learning rate (or step) is too large for this loss, "
                        "or an expression is undefined where it went",
                        (unsigned long long)lost, (unsigned long long)w->step,
                        walkers_kind_name(model->kind));
    }
    return true;
}

static bool check_fit(const struct walkers *w, const struct walkers_model *model,
                      struct error *err) {
    if (!mover_check(model, err)) return false;
    if (w->dims != model->dims || (model->momentum > 0 && w->v[0] == NULL) ||
        (walkers_model_absorbs(model) && w->exit_time == NULL) ||
        (model->loss != NULL && w->work == NULL))
        return fail(err, ERROR_SETTINGS,
                    "these walkers were made for another model (variables, momentum, "
                    "absorbing walls or a loss that depends on the time differ)");
    return true;
}

bool walkers_advance(struct walkers *w, const struct walkers_model *model, uint64_t steps,
                     const struct monitor *monitor, struct error *err) {
    if (!check_fit(w, model, err)) return false;
    const int threads = omp_get_max_threads();
    struct mover **mover = array_create((size_t)threads, sizeof *mover, err);
    bool ok = mover != NULL;
    if (model->step != w->clock.h)
        w->clock = (struct walkers_clock){w->step, w->time, model->step};
    for (int t = 0; ok && t < threads; t++)
        ok = (mover[t] = mover_create(model, w->key, err)) != NULL;
    if (ok) ok = run(w, model, mover, threads, steps, monitor, err);
    for (int t = 0; mover != NULL && t < threads; t++)
        mover_destroy(mover[t]);
    free(mover);
    return ok;
}

bool walkers_advance_schedule(struct walkers *w, const struct walkers_schedule *schedule,
                              uint64_t steps, const struct monitor *monitor,
                              struct error *err) {
    const uint64_t end = w->step + steps;
    for (size_t k = 0; k < schedule->intervals && w->step < end; k++) {
        const bool last = k + 1 == schedule->intervals;
        const uint64_t until = last || schedule->until[k] > end ? end : schedule->until[k];
        if (until <= w->step) continue;
        if (!walkers_advance(w, &schedule->model[k], until - w->step, monitor, err))
            return false;
    }
    return true;
}

uint64_t walkers_hash(const struct walkers *w) {
    const size_t bytes = w->count * sizeof(double);
    uint64_t hash = hash_add(HASH_START, &w->step, sizeof w->step);
    for (int d = 0; d < w->dims; d++) {
        hash = hash_add(hash, w->x[d], bytes);
        if (w->v[d] != NULL) hash = hash_add(hash, w->v[d], bytes);
    }
    if (w->work != NULL) hash = hash_add(hash, w->work, bytes);
    return w->exit_time != NULL ? hash_add(hash, w->exit_time, bytes) : hash;
}
