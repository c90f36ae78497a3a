/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The long form of a grid: a row for each of its points, x, y and values, in any order. */
#pragma once

#include "io/status.h"

/* The nx different x[rows] and ny different y[rows], increasing (malloc'd), and where in
 * [ny][nx] each row belongs. Fails (ERROR_SETTINGS) where a point is missing or stands twice,
 * which it names. */
MUST_CHECK bool grid_of_rows(size_t rows, const double *x, const double *y, size_t *nx,
                             double **places_x, size_t *ny, double **places_y,
                             size_t *place, struct error *err);
