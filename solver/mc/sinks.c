/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/mc/sinks.h"
#include "solver/mc/mover.h"
#include <math.h>
#include <string.h>

enum { LANES = WALKERS_BLOCK };

void sinks_rates(const struct walkers_sinks *sinks, const struct block *block,
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

bool sinks_half(struct mover *s, struct block *block, uint64_t half, double time,
                double *const *rate) {
    const struct walkers_model *model = s->model;
    double u[2][LANES], at[4][LANES];
    bool moved = false;
    random_uniforms(s->key, RANDOM_SINKS, half / 2, block->path0, u[0], u[1]);
    for (size_t i = 0; i < LANES; i++) {
        const double all = rate[SINK_KILLING][i] + rate[SINK_RESET][i];
        const double part = -expm1(-0.5 * model->step * all), v = u[half % 2][i];
        if (block->exit_time != NULL && block->exit_time[i] < HUGE_VAL) continue;
        if (!(all >= 0)) block->x[0][i] = (double)NAN; /* stops the walkers */
        if (!(v < part)) continue;
        if (v * all < part * rate[SINK_KILLING][i]) {
            end(block, model->dims, i, time);
            continue;
        }
        for (uint64_t k = 0; k < 2 && !moved; k++)
            random_uniforms(s->key, RANDOM_RETURN, 2 * half + k, block->path0, at[2 * k],
                            at[2 * k + 1]);
        moved = true;
        put_back(model->sinks, block, model->dims, i,
                 (const double[3]){at[0][i], at[1][i], at[2][i]});
    }
    return moved;
}
