/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/population.h"
#include "io/clones.h"
#include "solver/expr/vecmath.h"
#include "solver/transfer/cubic.h"
#include <stdint.h>

enum { LANES = 256 };

/* Of a block of numbers: the integers before them, less one, and the weights. */
struct spot {
    int32_t first[LANES];
    double weight[4][LANES];
};

BLOCK_LOOP
static void population_spots(const double *restrict s, double sign, struct spot *spot) {
    for (size_t i = 0; i < LANES; i++) {
        const double x = sign * s[i], near = vm_round(x);
        const double below = near > x ? near - 1 : near;
        double weight[4];
        cubic_weights(x - below, weight);
        for (int p = 0; p < 4; p++)
            spot->weight[p][i] = weight[p];
        spot->first[i] = (int32_t)below - 1;
    }
}

/* Also of a block that ends early. */
static size_t spots_of(size_t n, size_t at, const double *s, double sign,
                       struct spot *spot) {
    const size_t now = n - at < LANES ? n - at : LANES;
    double last[LANES] = {0};
    for (size_t i = 0; i < now && now < LANES; i++)
        last[i] = s[at + i];
    population_spots(now < LANES ? last : s + at, sign, spot);
    return now;
}

void population_line(size_t n, const double *s, double sign, size_t R, double *mass) {
    struct spot spot;
    for (size_t at = 0; at < n; at += LANES) {
        const size_t now = spots_of(n, at, s, sign, &spot);
        for (size_t i = 0; i < now; i++)
            for (size_t p = 0; p < 4; p++)
                mass[((size_t)spot.first[i] + p) & (R - 1)] += spot.weight[p][i];
    }
}

void population_plane(size_t n, double *const *s, double sign, size_t R, double *mass) {
    struct spot x, y;
    for (size_t at = 0; at < n; at += LANES) {
        const size_t now = spots_of(n, at, s[0], sign, &x);
        spots_of(n, at, s[1], sign, &y);
        for (size_t i = 0; i < now; i++)
            for (size_t p = 0; p < 4; p++)
                for (size_t q = 0; q < 4; q++)
                    mass[(((size_t)x.first[i] + p) & (R - 1)) * R +
                         (((size_t)y.first[i] + q) & (R - 1))] +=
                        x.weight[p][i] * y.weight[q][i];
    }
}
