/* SPDX-License-Identifier: GPL-3.0-or-later
 * dx = a dt + b dW, b b^T = 2 D: Euler-Maruyama, Milstein, Heun (Kloeden and Platen 1992,
 * sections 10.2, 10.3; Rumelin 1982 for Heun's Stratonovich limit). */
#include "io/clones.h"
#include "solver/expr/vecmath.h"
#include "solver/mc/mover.h"
#include <math.h>

enum { LANES = WALKERS_BLOCK };

/* h^(1/2), or h^(1/alpha) for stable noise; 2 D = b b^T where D is what is given. */
static double noise_scale(const struct walkers_model *model) {
    const double h = model->step;
    if (model->stable > 0) return vm_exp(vm_log(h) / model->stable);
    return sqrt(model->noise_is_root ? h : 2 * h);
}

/* x += a h + n */
BLOCK_LOOP
static void advance(double h, const double *restrict a, const double *restrict n,
                    double *restrict x) {
    for (size_t i = 0; i < LANES; i++)
        x[i] += a[i] * h + n[i];
}

static void euler_increment(struct mover *s, struct block *block, uint64_t k,
                            bool symmetric, const double *z[2]) {
    function_run(&s->model->function, s->t, (const double *const *)block->x, s->out,
                 s->scratch);
    noise_draw(s->noise, k, block->path0, z);
    mover_spread(s, s->out, symmetric, noise_scale(s->model), z, s->work);
}

static void step_euler(struct mover *s, struct block *block, uint64_t k) {
    const double *z[2];
    euler_increment(s, block, k, false, z);
    for (int d = 0; d < s->model->dims; d++)
        advance(s->model->step, s->out[d], s->work[d], block->x[d]);
}

/* x += (1/2) D' h (z^2 - 1); b b' = D'. */
BLOCK_LOOP
static void milstein_term(double h, const double *restrict dD, const double *restrict z,
                          double *restrict x) {
    for (size_t i = 0; i < LANES; i++)
        x[i] += 0.5 * h * dD[i] * (z[i] * z[i] - 1);
}

static void step_milstein(struct mover *s, struct block *block, uint64_t k) {
    const double *z[2];
    euler_increment(s, block, k, false, z);
    advance(s->model->step, s->out[0], s->work[0], block->x[0]);
    milstein_term(s->model->step, s->out[2], z[0], block->x[0]);
}

/* y = x + a h + n, but not beyond a wall, where the expressions may mean nothing. */
BLOCK_LOOP
static void predict(double h, double lo, double hi, const double *restrict x,
                    const double *restrict a, const double *restrict n,
                    double *restrict y) {
    for (size_t i = 0; i < LANES; i++) {
        const double to = x[i] + a[i] * h + n[i];
        y[i] = to < lo ? lo : to > hi ? hi : to;
    }
}

/* x += (a + a2) h / 2 + (n + n2) / 2 */
BLOCK_LOOP
static void correct(double h, const double *restrict a, const double *restrict a2,
                    const double *restrict n, const double *restrict n2,
                    double *restrict x) {
    for (size_t i = 0; i < LANES; i++)
        x[i] += 0.5 * ((a[i] + a2[i]) * h + (n[i] + n2[i]));
}

static void step_heun(struct mover *s, struct block *block, uint64_t k) {
    const struct walkers_model *model = s->model;
    const double *z[2];
    double *const *y = s->work + 2, *const *second = s->work + 4;
    const double h = model->step;
    euler_increment(s, block, k, true, z);
    for (int d = 0; d < model->dims; d++) {
        const bool open = model->boundary[d][0] == PERIODIC;
        predict(h, open ? -HUGE_VAL : model->lo[d], open ? HUGE_VAL : model->hi[d],
                block->x[d], s->out[d], s->work[d], y[d]);
    }
    function_run(&model->function, s->t + h, (const double *const *)y, s->out2, s->scratch);
    double *variance[2] = {s->variance[0], s->variance[1]};
    s->variance[0] = s->variance[1] = NULL; /* the bridge takes that of the start */
    mover_spread(s, s->out2, true, noise_scale(model), z, second);
    s->variance[0] = variance[0], s->variance[1] = variance[1];
    for (int d = 0; d < model->dims; d++)
        correct(h, s->out[d], s->out2[d], s->work[d], second[d], block->x[d]);
}

/* Euler-Maruyama steps of the Ito equation; weak order 1. */
const struct walkers_method walkers_euler = {
    .name = "euler",
    .noisy = true,
    .bridged = true,
    .step = step_euler,
};
/* Milstein's steps of the Ito equation (1-D); strong order 1. */
const struct walkers_method walkers_milstein = {
    .name = "milstein",
    .extra_outputs = 1,
    .noisy = true,
    .bridged = true,
    .step = step_milstein,
};
/* Heun's steps of the Stratonovich equation; weak order 1. */
const struct walkers_method walkers_heun = {
    .name = "heun",
    .noisy = true,
    .bridged = true,
    .step = step_heun,
};
