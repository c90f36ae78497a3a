/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/generate.h"
#include "solver/mc/random.h"

/* Column c, rows in blocks: one call of the generator for each block and column. */
struct table *table_normal(size_t rows, size_t columns, const char *const *names,
                           const double *mean, const double *std, uint64_t seed,
                           struct error *err) {
    const struct random_key key = {
        seed, 0x64617461 /* "data": no ensemble of walkers has this stream */};
    double z0[RANDOM_BLOCK], z1[RANDOM_BLOCK];
    struct table *t = table_create(rows, columns, names, err);
    for (size_t c = 0; t != NULL && c < columns; c++)
        for (size_t at = 0; at < rows; at += RANDOM_BLOCK) {
            random_normals(key, RANDOM_INITIAL, c, at, z0, z1);
            for (size_t i = 0; i < RANDOM_BLOCK && at + i < rows; i++)
                t->column[c][at + i] = mean[c] + std[c] * z0[i];
        }
    return t;
}
