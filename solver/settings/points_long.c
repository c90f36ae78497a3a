/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/points_long.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    const double u = *(const double *)a, v = *(const double *)b;
    return (u > v) - (u < v);
}

/* The different values in order. */
static double *different(size_t n, const double *v, size_t *count, struct error *err) {
    double *sorted = array_create(n, sizeof *sorted, err);
    if (sorted == NULL) return NULL;
    memcpy(sorted, v, n * sizeof *v);
    qsort(sorted, n, sizeof *sorted, compare);
    *count = 0;
    for (size_t k = 0; k < n; k++)
        if (*count == 0 || sorted[k] > sorted[*count - 1]) sorted[(*count)++] = sorted[k];
    return sorted;
}

static size_t index_of(double v, size_t n, const double *sorted) {
    const double *at = bsearch(&v, sorted, n, sizeof v, compare);
    return (size_t)(at - sorted);
}

/* taken NULL: there are too many places to look for the first that is missing. */
static bool fail_missing(size_t rows, size_t nx, const double *x, size_t ny,
                         const double *y, const size_t *taken, struct error *err) {
    char first[80] = "";
    size_t k = 0;
    while (taken != NULL && taken[k] > 0)
        k++;
    if (taken != NULL)
        snprintf(first, sizeof first, "; there is none for (%.9g, %.9g)", x[k % nx],
                 y[k / nx]);
    return fail(
        err, ERROR_SETTINGS,
        "%zu rows are no grid: %zu different places in the first variable and %zu in "
        "the second want a row each, %zu%s",
        rows, nx, ny, nx * ny, first);
}

/* taken[nx ny]: 1 + the row that stands there. */
static bool place_rows(size_t rows, const double *x, const double *y, size_t nx,
                       const double *places_x, size_t ny, const double *places_y,
                       size_t *place, size_t *taken, struct error *err) {
    for (size_t r = 0; r < rows; r++) {
        const size_t k = index_of(y[r], ny, places_y) * nx + index_of(x[r], nx, places_x);
        if (taken[k] > 0)
            return fail(err, ERROR_SETTINGS,
                        "row %zu: the point (%.9g, %.9g) stands in row %zu already", r + 1,
                        x[r], y[r], taken[k]);
        taken[k] = r + 1;
        place[r] = k;
    }
    return rows == nx * ny || fail_missing(rows, nx, places_x, ny, places_y, taken, err);
}

bool grid_of_rows(size_t rows, const double *x, const double *y, size_t *nx,
                  double **places_x, size_t *ny, double **places_y, size_t *place,
                  struct error *err) {
    if ((*places_x = different(rows, x, nx, err)) == NULL ||
        (*places_y = different(rows, y, ny, err)) == NULL)
        return false;
    if (*nx > 2 * rows / *ny + 1) /* far from a grid */
        return fail_missing(rows, *nx, *places_x, *ny, *places_y, NULL, err);
    size_t *taken = array_create(*nx * *ny, sizeof *taken, err);
    const bool good = taken != NULL && place_rows(rows, x, y, *nx, *places_x, *ny,
                                                  *places_y, place, taken, err);
    free(taken);
    return good;
}
