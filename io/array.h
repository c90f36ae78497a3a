/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers in a rectangle of one to three dimensions, in C order: a data set of an HDF5 file, a
 * column of a text, or what a caller gives under a name. */
#pragma once

#include "io/status.h"

enum {
    ARRAY_RANK = 3,
    ARRAY_MOST = 20000000, /* most numbers of one */
    ARRAY_SHAPE = 120
};

struct array {
    size_t rank, shape[ARRAY_RANK];
    size_t size;   /* product of the shape */
    double *value; /* [size], owned; all finite */
};

/* Copies; `name` is for messages. Fails (ERROR_SETTINGS) on another rank, no numbers or too
 * many, and on one that is not finite, whose place it tells, counted from 1. */
MUST_CHECK bool array_init(struct array *a, const char *name, size_t rank,
                           const size_t *shape, const double *value, struct error *err);
/* A data set of real numbers of any type by its path in the file. Fails, too, where there is
 * none (the message lists those that there are), where it is a group or of another type. */
MUST_CHECK bool array_read_hdf5(struct array *a, const char *path, const char *dataset,
                                struct error *err);
void array_finish(struct array *a);

/* One dimension, or two one of which is 1? */
bool array_is_vector(const struct array *a);
/* "21 x 31"; returns text. */
const char *array_shape(const struct array *a, char text[ARRAY_SHAPE]);

/* Arrays by their names. */
struct arrays;
MUST_CHECK struct arrays *arrays_create(struct error *err);
void arrays_destroy(struct arrays *list);
/* As array_init; a name may be given once. */
MUST_CHECK bool arrays_add(struct arrays *list, const char *name, size_t rank,
                           const size_t *shape, const double *value, struct error *err);
/* NULL: there is none. */
const struct array *arrays_find(const struct arrays *list, const char *name);
/* "a, b, c", as many as there is room for; returns text. */
const char *arrays_names(const struct arrays *list, char *text, size_t size);
