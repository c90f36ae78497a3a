/* SPDX-License-Identifier: GPL-3.0-or-later
 * Normals and stable numbers for step k, at full or at doubled step. */
#include "solver/mc/noise.h"
#include "io/clones.h"
#include "solver/expr/vecmath.h"
#include <math.h>
#include <stddef.h>

enum { LANES = RANDOM_BLOCK };

void noise_init(struct noise *noise, struct random_key key, int dims, double stable,
                bool coarse) {
    noise->key = key;
    noise->dims = dims;
    noise->stable = stable;
    noise->coarse = coarse;
    noise->counter = UINT64_MAX;
    noise->path0 = UINT64_MAX;
}

/* z = scale (z + w) */
BLOCK_LOOP
static void combine(double scale, double *restrict z, const double *restrict w) {
    for (size_t i = 0; i < LANES; i++)
        z[i] = scale * (z[i] + w[i]);
}

/* z[0], z[1] of one call, unless they are at hand. */
static void fetch_pair(struct noise *noise, uint64_t counter, uint64_t path0) {
    if (noise->counter == counter && noise->path0 == path0) return;
    noise->counter = counter;
    noise->path0 = path0;
    random_normals(noise->key, RANDOM_NOISE, counter, path0, noise->z[0], noise->z[1]);
}

static void draw_normals(struct noise *noise, uint64_t k, uint64_t path0,
                         const double *z[2]) {
    const double half = sqrt(0.5);
    z[0] = noise->z[0];
    z[1] = noise->z[1];
    if (noise->dims == 1 && !noise->coarse) {
        fetch_pair(noise, k / 2, path0);
        z[0] = noise->z[k % 2];
    } else if (noise->dims == 1) {
        random_normals(noise->key, RANDOM_NOISE, k, path0, noise->z[0], noise->z[1]);
        combine(half, noise->z[0], noise->z[1]);
    } else if (!noise->coarse) {
        fetch_pair(noise, k, path0);
    } else {
        random_normals(noise->key, RANDOM_NOISE, 2 * k, path0, noise->z[0], noise->z[1]);
        random_normals(noise->key, RANDOM_NOISE, 2 * k + 1, path0, noise->more[0],
                       noise->more[1]);
        for (int d = 0; d < 2; d++)
            combine(half, noise->z[d], noise->more[d]);
    }
}

/* Component d of step k has counter k dims + d. The sum of two stable numbers of unit size
 * has the size 2^(1/alpha). */
static void draw_stable(struct noise *noise, uint64_t k, uint64_t path0,
                        const double *z[2]) {
    const uint64_t dims = (uint64_t)noise->dims, fine = noise->coarse ? 2 * k : k;
    for (uint64_t d = 0; d < dims; d++) {
        random_stable(noise->key, RANDOM_JUMPS, fine * dims + d, path0, noise->stable,
                      noise->z[d]);
        z[d] = noise->z[d];
        if (!noise->coarse) continue;
        random_stable(noise->key, RANDOM_JUMPS, (fine + 1) * dims + d, path0, noise->stable,
                      noise->more[d]);
        combine(vm_exp(-vm_log(2) / noise->stable), noise->z[d], noise->more[d]);
    }
}

void noise_draw(struct noise *noise, uint64_t k, uint64_t path0, const double *z[2]) {
    if (noise->stable > 0)
        draw_stable(noise, k, path0, z);
    else
        draw_normals(noise, k, path0, z);
}
