/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/front.h"
#include "io/clones.h"
#include <math.h>

enum {
    BLOCK = 48,     /* states eliminated between two updates of the rest */
    FEW = 8,        /* and of the block's own rows */
    STRIP = 64,     /* rows of an update at a time, */
    PANEL = 256,    /* and columns: what they are made of stays near the processor */
    LARGE = 4000000 /* multiply-adds that are worth waking a second thread */
};
static const double slowest = 1e-290;

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

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

/* Eliminates the states [k0, k1), whose rows hold the updates by all states before k0.
 * Returns the first state that cannot be left, or k1. */
BLOCK_LOOP
static size_t front_take(double *R, size_t n, size_t k0, size_t k1) {
    const size_t width = n + 1;
    for (size_t k = k0; k < k1; k++) {
        double *row = R + k * width, s = 0;
        reach_block(row, R, width, k0, k);
        add_rows(row, R, width, k0, k, k + 1, width);
        for (size_t j = k + 1; j < width; j++)
            s += row[j];
        row[k] = s;
        if (!(s > slowest && isfinite(s))) return k;
        for (size_t j = k + 1; j < width; j++)
            row[j] /= s;
    }
    return k1;
}

/* add_rows for four rows, at row, row + width, ...: what they are made of is read once. */
static inline void add_to_four(double *restrict row, const double *restrict R, size_t width,
                               size_t p0, size_t p1, size_t j0, size_t j1) {
    double *w[4];
    for (size_t q = 0; q < 4; q++)
        w[q] = row + q * width;
    size_t p = p0;
    for (; p + 4 <= p1; p += 4) {
        const double *u = R + p * width;
        double c[4][4];
        for (size_t q = 0; q < 4; q++)
            for (size_t r = 0; r < 4; r++)
                c[q][r] = w[q][p + r];
        for (size_t j = j0; j < j1; j++) {
            const double a = u[j], b = u[j + width];
            const double d = u[j + 2 * width], e = u[j + 3 * width];
            row[j] += (c[0][0] * a + c[0][1] * b) + (c[0][2] * d + c[0][3] * e);
            row[j + width] += (c[1][0] * a + c[1][1] * b) + (c[1][2] * d + c[1][3] * e);
            row[j + 2 * width] += (c[2][0] * a + c[2][1] * b) + (c[2][2] * d + c[2][3] * e);
            row[j + 3 * width] += (c[3][0] * a + c[3][1] * b) + (c[3][2] * d + c[3][3] * e);
        }
    }
    for (size_t q = 0; q < 4; q++)
        add_rows(w[q], R, width, p, p1, j0, j1);
}

static inline void add_to_rows(double *restrict row, size_t rows, const double *restrict R,
                               size_t width, size_t p0, size_t p1, size_t j0, size_t j1) {
    if (rows == 4)
        add_to_four(row, R, width, p0, p1, j0, j1);
    else
        for (size_t r = 0; r < rows; r++)
            add_rows(row + r * width, R, width, p0, p1, j0, j1);
}

/* Rates of the rows [i0, i1) into the states [k0, k1), which are eliminated: into a few at
 * a time, and what goes through these on to the others. */
BLOCK_LOOP
static void front_reach(double *R, size_t width, size_t i0, size_t i1, size_t k0,
                        size_t k1) {
    for (size_t i = i0; i < i1; i += 4) {
        const size_t rows = smaller(4, i1 - i);
        for (size_t q0 = k0, q1; q0 < k1; q0 = q1) {
            q1 = smaller(q0 + FEW, k1);
            for (size_t r = i; r < i + rows; r++)
                reach_block(R + r * width, R, width, q0, q1);
            add_to_rows(R + i * width, rows, R, width, q0, q1, q1, k1);
        }
    }
}

/* R[i][j] += Sum over k in [k0, k1) of R[i][k] R[k][j] for i in [i0, i1), j >= k1. */
BLOCK_LOOP
static void front_add(double *R, size_t width, size_t i0, size_t i1, size_t k0, size_t k1) {
    for (size_t j = k1; j < width; j += PANEL) {
        const size_t end = smaller(j + PANEL, width);
        for (size_t i = i0; i < i1; i += 4)
            add_to_rows(R + i * width, smaller(4, i1 - i), R, width, k0, k1, j, end);
    }
}

/* The same by strips of rows, for any number of threads to the last bit. (Not by BLAS:
 * products that several threads ask of a serial OpenBLAS at once may come out wrong.) */
static void update(double *R, size_t width, size_t i0, size_t i1, size_t k0, size_t k1) {
    if ((i1 - i0) * (width - k1) * (k1 - k0) < LARGE) {
        front_add(R, width, i0, i1, k0, k1);
        return;
    }
#pragma omp parallel for schedule(dynamic)
    for (size_t i = i0; i < i1; i += STRIP)
        front_add(R, width, i, smaller(i + STRIP, i1), k0, k1);
}

size_t front_eliminate(double *R, size_t n, size_t own) {
    const size_t width = n + 1;
    for (size_t k0 = 0, k1; k0 < own; k0 = k1) {
        k1 = smaller(k0 + BLOCK, own);
        for (size_t q0 = k0, q1; q0 < k1; q0 = q1) {
            q1 = smaller(q0 + FEW, k1);
            const size_t taken = front_take(R, n, q0, q1);
            if (taken < q1) return taken;
            front_reach(R, width, q1, k1, q0, q1);
            update(R, width, q1, k1, q0, q1);
        }
        front_reach(R, width, k1, n, k0, k1);
        update(R, width, k1, n, k0, k1);
    }
    return own;
}
