/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/points.h"
#include "grids/lagrange.h"
#include "solver/transfer/deposit.h"

/* Weights L[4] of the cells' indices -1, 0, 1, 2 at f in [0, 1). */
static void interpolate(bool linear, double f, double *L) {
    static const double index[4] = {-1, 0, 1, 2};
    if (linear)
        L[0] = L[3] = 0, L[1] = 1 - f, L[2] = f;
    else
        lagrange_weights(4, index, f, L);
}

/* Adds part s of the cell i, if any of its mass is the cell j's. */
static void add_part(const struct axis *axis, bool positive, size_t j, size_t i, size_t s,
                     size_t parts, struct points *out) {
    const double offset = ((double)s + 0.5) / (double)parts - 0.5;
    const long first = (long)i - (offset < 0 ? 2 : 1);
    const double f = offset < 0 ? offset + 1 : offset;
    double L[4], at = 0, weight = 0;
    interpolate(false, f, L);
    for (long k = 0; k < 4; k++)
        at += L[k] * deposit_centre(axis, first + k);
    interpolate(positive, f, L);
    for (long k = 0; k < 4; k++)
        if (deposit_image(axis, first + k) == j) weight += L[k];
    if (weight == 0) return;
    out->at[out->n] = at;
    out->weight[out->n++] = weight / (double)parts;
}

void points_of_cell(const struct axis *axis, bool positive, size_t j, size_t parts,
                    struct points *out) {
    const long n = (long)axis->cells, near = 2;
    if (parts == 1) {
        *out = (struct points){1, {axis->centre[j]}, {1}};
        return;
    }
    out->n = 0;
    for (long i = (long)j - near; i <= (long)j + near; i++) {
        const bool exists = (i >= 0 && i < n) || axis->boundary[0] == PERIODIC;
        for (size_t s = 0; exists && s < parts; s++)
            add_part(axis, positive, j, deposit_image(axis, i), s, parts, out);
    }
}
