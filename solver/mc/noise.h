/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The noise of one step for a block of walkers: standard normals, or symmetric stable
 * numbers, as a function of (key, step, path). In 1-D steps 2k and 2k+1 share one call of
 * the generator; in 2-D both components of a step do. */
#pragma once

#include "solver/mc/random.h"
#include <stdbool.h>

/* Work space of one thread. */
struct noise {
    struct random_key key;
    int dims;
    double stable; /* 0: normal; else the index alpha */
    bool coarse;   /* step k: the sum of steps 2k and 2k+1 of the fine path, at unit size */
    uint64_t counter, path0; /* which normals z holds; UINT64_MAX: none */
    double z[2][RANDOM_BLOCK], more[2][RANDOM_BLOCK];
};

/* The members above; no numbers yet. */
void noise_init(struct noise *noise, struct random_key key, int dims, double stable,
                bool coarse);

/* z[d][lane]: the numbers of step k for paths path0 + lane, valid until the next call. */
void noise_draw(struct noise *noise, uint64_t k, uint64_t path0, const double *z[2]);
