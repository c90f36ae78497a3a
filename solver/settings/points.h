/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numbers of functions given by points, from where they are named: columns of a CSV file,
 * data sets of an HDF5 file, or arrays that the caller gave.
 *
 *   one variable   `at`: a vector of n places. Values: a vector of n; of many functions a
 *                  matrix with a column or a row a function, or several vectors.
 *   two variables  `at`: vectors of nx and ny places. Values: a matrix ny x nx; of many
 *                  functions n x ny x nx. Or three vectors of one length, the long form, with
 *                  every point of a grid once, in any order. */
#pragma once

#include "io/array.h"
#include "io/config.h"
#include "solver/expr/lookup.h"

struct points_source {
    const char *path;            /* NULL: arrays */
    const struct arrays *arrays; /* NULL: none */
};
enum points_each {
    EACH_COLUMN,
    EACH_ROW,
    EACH_UNKNOWN
}; /* of a matrix that may be either */

struct points {
    struct lookup_points numbers; /* members: how many functions, 1 or more */
    double *x, *y, *value;        /* what numbers borrows */
};

/* at: one or two names. many: any number of functions, by one or more names of values or, in a
 * CSV file, patterns with *; else one of one name. Failures: ERROR_SETTINGS with the file and
 * the names, without place. *p is fit for points_finish also then. */
MUST_CHECK bool points_read(struct points *p, const struct points_source *source,
                            const struct texts *at, const struct texts *values, bool many,
                            enum points_each each, struct error *err);
void points_finish(struct points *p);
