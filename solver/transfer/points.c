/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/points.h"
#include "grids/lagrange.h"
#include "solver/transfer/deposit.h"

/* Adds part s of the cell i, if any of its mass is the cell j's. */
static void add_part(const struct axis *axis, size_t j, size_t i, size_t s, size_t parts,
                     struct points *out) {
    static const double index[4] = {-1, 0, 1, 2};
    const double offset = ((double)s + 0.5) / (double)parts - 0.5;
    const long first = (long)i - (offset < 0 ? 2 : 1);
    double L[4], at = 0, weight = 0;
    lagrange_weights(4, index, offset < 0 ? offset + 1 : offset, L);
    for (long k = 0; k < 4; k++) {
        at += L[k] * deposit_centre(axis, first + k);
        if (deposit_image(axis, first + k) == j) weight += L[k];
    }
    if (weight == 0) return;
    out->at[out->n] = at;
    out->weight[out->n++] = weight / (double)parts;
}

void points_of_cell(const struct axis *axis, size_t j, size_t parts, struct points *out) {
    const long n = (long)axis->cells, near = 2;
    if (parts == 1) {
        *out = (struct points){1, {axis->centre[j]}, {1}};
        return;
    }
    out->n = 0;
    for (long i = (long)j - near; i <= (long)j + near; i++) {
        const bool exists = (i >= 0 && i < n) || axis->boundary[0] == PERIODIC;
        for (size_t s = 0; exists && s < parts; s++)
            add_part(axis, j, deposit_image(axis, i), s, parts, out);
    }
}
