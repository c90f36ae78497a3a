/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/front.h"
#include "io/clones.h"
#include <cblas.h>
#include <math.h>

enum {
    BLOCK = 32,    /* states taken out between two updates of the rest */
    SMALL = 20000, /* products of an update for which a call of BLAS does not pay */
    STRIP = 192,   /* rows of an update at a time */
    LARGE = 100000 /* numbers to update that are worth a second thread */
};
static const double slowest = 1e-290;

/* row[j] += Sum over p in [p0, p1) of row[p] R[p][j], j in [j0, j1), p1 <= j0. */
static inline void add_rows(double *restrict row, const double *restrict R, size_t width,
                            size_t p0, size_t p1, size_t j0, size_t j1) {
    size_t p = p0;
    for (; p + 4 <= p1; p += 4) {
        const double *u = R + p * width;
        const double a = row[p], b = row[p + 1], c = row[p + 2], d = row[p + 3];
        for (size_t j = j0; j < j1; j++)
            row[j] += (a * u[j] + b * u[j + width]) +
                      (c * u[j + 2 * width] + d * u[j + 3 * width]);
    }
    for (; p < p1; p++)
        for (size_t j = j0; j < j1; j++)
            row[j] += row[p] * R[p * width + j];
}

/* The rates of a row into the states [k0, k1) of a block, those through earlier states of
 * it included. */
static inline void reach_block(double *restrict row, const double *restrict R, size_t width,
                               size_t k0, size_t k1) {
    for (size_t p = k0; p + 1 < k1; p++)
        for (size_t j = p + 1; j < k1; j++)
            row[j] += row[p] * R[p * width + j];
}

/* Takes out the states [k0, k1), and gives all rows below their rates into them. */
BLOCK_LOOP
static bool front_take_block(double *R, size_t n, size_t k0, size_t k1, bool closed,
                             bool *pinned) {
    const size_t width = n + 1;
    for (size_t k = k0; k < k1; k++) {
        double *row = R + k * width, s = 0;
        reach_block(row, R, width, k0, k);
        add_rows(row, R, width, k0, k, k + 1, width);
        for (size_t j = k + 1; j < width; j++)
            s += row[j];
        row[k] = s;
        *pinned = closed && s == 0 && k + 1 == n;
        if (!*pinned && !(s > slowest && isfinite(s))) return false;
        for (size_t j = k + 1; j < width; j++)
            row[j] = *pinned ? 0 : row[j] / s;
    }
    for (size_t i = k1; i < n; i++)
        reach_block(R + i * width, R, width, k0, k1);
    return true;
}

BLOCK_LOOP
static void front_update_small(double *R, size_t n, size_t k0, size_t k1) {
    for (size_t i = k1; i < n; i++)
        add_rows(R + i * (n + 1), R, n + 1, k0, k1, k1, n + 1);
}

/* R[i][j] += Sum over k in [k0, k1) of R[i][k] R[k][j] for i >= k1, j >= k1; by STRIPs of
 * rows, so that the result does not depend on the number of threads. */
static void update(double *R, size_t n, size_t k0, size_t k1) {
    const size_t width = n + 1, rows = n - k1, columns = width - k1, through = k1 - k0;
    if (rows * columns * through < SMALL) {
        front_update_small(R, n, k0, k1);
        return;
    }
#pragma omp parallel for schedule(dynamic) if (rows * columns > LARGE)
    for (size_t i = k1; i < n; i += STRIP) {
        const size_t some = i + STRIP < n ? STRIP : n - i;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)some, (int)columns,
                    (int)through, 1, R + i * width + k0, (int)width, R + k0 * width + k1,
                    (int)width, 1, R + i * width + k1, (int)width);
    }
}

bool front_eliminate(double *R, size_t n, size_t own, bool closed, bool *pinned) {
    for (size_t k0 = 0; k0 < own; k0 += BLOCK) {
        const size_t k1 = k0 + BLOCK < own ? k0 + BLOCK : own;
        if (!front_take_block(R, n, k0, k1, closed, pinned)) return false;
        if (k1 < n) update(R, n, k0, k1);
    }
    return true;
}
