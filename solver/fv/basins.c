/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/basins.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* point[i][n]: (1, l_1(i), .., l_k(i)), n = k + 1. */
static double *points_create(size_t k, double *const *left, size_t cells,
                             struct error *err) {
    const size_t n = k + 1;
    double *point = array_create(cells * n, sizeof *point, err);
    for (size_t i = 0; point != NULL && i < cells; i++) {
        point[i * n] = 1;
        for (size_t j = 0; j < k; j++)
            point[i * n + j + 1] = left[j][i];
    }
    return point;
}

static size_t farthest(const double *point, size_t cells, size_t n, double *distance) {
    size_t best = 0;
    double most = -1;
    for (size_t i = 0; i < cells; i++) {
        double square = 0;
        for (size_t j = 0; j < n; j++)
            square += point[i * n + j] * point[i * n + j];
        if (square > most) most = square, best = i;
    }
    *distance = sqrt(most);
    return best;
}

/* Takes the part along direction[n], of length 1, out of all points. */
static void project(double *point, size_t cells, size_t n, const double *direction) {
    for (size_t i = 0; i < cells; i++) {
        double along = 0;
        for (size_t j = 0; j < n; j++)
            along += point[i * n + j] * direction[j];
        for (size_t j = 0; j < n; j++)
            point[i * n + j] -= along * direction[j];
    }
}

/* corner[n]: the cells that are corners of the simplex. The first is the point farthest
 * from the origin, and becomes the new origin. Destroys the points. */
static bool find_corners(double *point, size_t cells, size_t n, size_t *corner,
                         struct error *err) {
    double distance, first, origin[BASINS_MOST], direction[BASINS_MOST];
    corner[0] = farthest(point, cells, n, &first);
    memcpy(origin, point + corner[0] * n, n * sizeof *origin);
    for (size_t i = 0; i < cells; i++)
        for (size_t j = 0; j < n; j++)
            point[i * n + j] -= origin[j];
    for (size_t c = 1; c < n; c++) {
        corner[c] = farthest(point, cells, n, &distance);
        if (!(distance > 1e-10 * first))
            return fail(err, ERROR_RUN, "the slow functions do not tell %zu basins apart",
                        n);
        for (size_t j = 0; j < n; j++)
            direction[j] = point[corner[c] * n + j] / distance;
        project(point, cells, n, direction);
    }
    return true;
}

/* share[n]: sum_c share[c] corner point c = point, by elimination with pivots. */
static void solve_shares(const double *point, const size_t *corner, size_t i, size_t n,
                         double *share) {
    double a[BASINS_MOST][BASINS_MOST + 1];
    for (size_t j = 0; j < n; j++) {
        for (size_t c = 0; c < n; c++)
            a[j][c] = point[corner[c] * n + j];
        a[j][n] = point[i * n + j];
    }
    for (size_t p = 0; p < n; p++) {
        size_t best = p;
        for (size_t r = p + 1; r < n; r++)
            if (fabs(a[r][p]) > fabs(a[best][p])) best = r;
        for (size_t c = p; c <= n; c++) {
            const double t = a[p][c];
            a[p][c] = a[best][c], a[best][c] = t;
        }
        for (size_t r = 0; r < n; r++) {
            const double factor = r == p ? 0 : a[r][p] / a[p][p];
            for (size_t c = p; c <= n; c++)
                a[r][c] -= factor * a[p][c];
        }
    }
    for (size_t c = 0; c < n; c++)
        share[c] = a[c][n] / a[c][c];
}

static int largest(const double *share, size_t n) {
    size_t best = 0;
    for (size_t c = 1; c < n; c++)
        if (share[c] > share[best]) best = c;
    return (int)best;
}

/* Numbers in the order in which they are met. */
static void renumber(size_t cells, int *basin) {
    int number[BASINS_MOST], next = 0;
    for (size_t c = 0; c < BASINS_MOST; c++)
        number[c] = -1;
    for (size_t i = 0; i < cells; i++) {
        if (number[basin[i]] < 0) number[basin[i]] = next++;
        basin[i] = number[basin[i]];
    }
}

bool basins_find(size_t k, double *const *left, size_t cells, int *basin,
                 struct error *err) {
    const size_t n = k + 1;
    size_t corner[BASINS_MOST];
    double share[BASINS_MOST];
    double *work = points_create(k, left, cells, err);
    double *point = work != NULL ? points_create(k, left, cells, err) : NULL;
    const bool good = point != NULL && find_corners(work, cells, n, corner, err);
    for (size_t i = 0; good && i < cells; i++) {
        solve_shares(point, corner, i, n, share);
        basin[i] = largest(share, n);
    }
    if (good) renumber(cells, basin);
    free(point);
    free(work);
    return good;
}
