/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models of walkers between walls, with functions written in C, and their start. */
#pragma once

#include "solver/mc/count.h"
#include "solver/mc/moments.h"
#include "solver/mc/start.h"
#include "solver/mc/walkers.h"
#include <check.h>
#include <math.h>

enum { LANES = WALKERS_BLOCK };
static const struct random_key key = {7, 1};
static struct error err;

#define OK(call) ck_assert_msg((call), "%s", err.message)

/* No drift, D = 1/2: Brownian motion; in 2-D likewise. self: dims. */
static inline void brownian(const void *self, double t, size_t n, const double *const *in,
                            double *const *out) {
    (void)t;
    static const double values[2][5] = {{0, 0.5}, {0, 0, 0.5, 0, 0.5}};
    const int dims = *(const int *)self;
    (void)in;
    for (int k = 0; k < (dims == 1 ? 2 : 5); k++)
        for (size_t i = 0; i < n; i++)
            out[k][i] = values[dims - 1][k];
}

static inline void set_walls(struct walkers_model *model, int d, double lo, double hi,
                             enum boundary below, enum boundary above) {
    model->lo[d] = lo, model->hi[d] = hi;
    model->boundary[d][0] = below, model->boundary[d][1] = above;
}

static inline struct walkers_model open_model(enum walkers_kind kind, int dims,
                                              double step) {
    struct walkers_model model = {.kind = kind,
                                  .dims = dims,
                                  .step = step,
                                  .eta = {0.1, 0.1},
                                  .examples = 3,
                                  .batch = 1};
    for (int d = 0; d < 2; d++)
        set_walls(&model, d, -HUGE_VAL, HUGE_VAL, REFLECTING, REFLECTING);
    return model;
}

static inline struct walkers *start(const struct walkers_model *model, uint64_t count) {
    const double mean[2] = {0.1, -0.1}, covariance[3] = {0.04, 0.01, 0.09};
    struct walkers *w = walkers_create_for(model, count, key, &err);
    OK(w != NULL);
    walkers_start_gaussian(w, mean, covariance);
    return w;
}
