/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/mc/sinks.h"
#include "solver/mc/mover.h"
#include <math.h>
#include <string.h>

enum { LANES = WALKERS_BLOCK };

static void sinks_rates(const struct walkers_sinks *sinks, const struct block *block,
                        double *scratch, double *const *rate) {
    const double *const x[2] = {block->x[0], block->x[1]};
    for (int k = 0; k < MODEL_SINKS; k++) {
        double *const out[1] = {rate[k]};
        if (sinks->rate[k] == NULL)
            memset(rate[k], 0, LANES * sizeof **rate);
        else
            program_run_block(sinks->rate[k], LANES, x, out, scratch);
        for (size_t i = 0; i < LANES; i++)
            if (!(rate[k][i] >= 0)) rate[k][i] = (double)NAN;
    }
}

static void end(struct block *block, int dims, size_t i, double met) {
    block->exit_time[i] = met;
    for (int d = 0; d < dims; d++) {
        block->x[d][i] = HUGE_VAL;
        if (block->v[d] != NULL) block->v[d][i] = 0;
    }
}

static void put_back(const struct walkers_sinks *sinks, struct block *block, int dims,
                     size_t i, const double u[3]) {
    double x[2] = {sinks->point[0], sinks->point[1]};
    if (!sinks->is_point) start_law_draw(&sinks->to, u, x);
    for (int d = 0; d < dims; d++) {
        block->x[d][i] = x[d];
        if (block->v[d] != NULL) block->v[d][i] = 0;
    }
}

/* A rate in half a step as a probability. */
static double chance(const struct mover *s, double rate) {
    return -expm1(-0.5 * s->model->step * rate);
}

static bool is_over(const struct block *block, size_t i) {
    return block->exit_time != NULL && block->exit_time[i] < HUGE_VAL;
}

/* What is left of a uniform number v that did, or did not, fall below p, is one again. */
static double again(double v, double p) {
    return v < p ? v / p : (v - p) / (1 - p);
}

static void kill_some(struct mover *s, struct block *block, double time, const double *rate,
                      double *v) {
    for (size_t i = 0; i < LANES; i++) {
        if (is_over(block, i)) continue;
        const double p = chance(s, rate[i]);
        if (!(p >= 0)) block->x[0][i] = (double)NAN; /* stops the walkers */
        if (v[i] < p)
            end(block, s->model->dims, i, time);
        else
            v[i] = again(v[i], p);
    }
}

static bool reset_some(struct mover *s, struct block *block, uint64_t half,
                       const double *rate, double *v) {
    double at[4][LANES];
    bool moved = false;
    for (size_t i = 0; i < LANES; i++) {
        if (is_over(block, i)) continue;
        const double p = chance(s, rate[i]);
        if (!(p >= 0)) block->x[0][i] = (double)NAN;
        const bool moves = v[i] < p;
        v[i] = again(v[i], p);
        if (!moves) continue;
        for (uint64_t k = 0; k < 2 && !moved; k++)
            random_uniforms(s->key, RANDOM_RETURN, 2 * half + k, block->path0, at[2 * k],
                            at[2 * k + 1]);
        moved = true;
        put_back(s->model->sinks, block, s->model->dims, i,
                 (const double[3]){at[0][i], at[1][i], at[2][i]});
    }
    return moved;
}

void sinks_half(struct mover *s, struct block *block, uint64_t half, double time) {
    const struct walkers_sinks *sinks = s->model->sinks;
    double u[2][LANES], *v = u[half % 2];
    random_uniforms(s->key, RANDOM_SINKS, half / 2, block->path0, u[0], u[1]);
    sinks_rates(sinks, block, s->scratch, s->rate);
    if (half % 2 == 0) kill_some(s, block, time, s->rate[SINK_KILLING], v);
    const bool moved = reset_some(s, block, half, s->rate[SINK_RESET], v);
    if (half % 2 == 0) return;
    if (moved) sinks_rates(sinks, block, s->scratch, s->rate);
    kill_some(s, block, time, s->rate[SINK_KILLING], v);
}
