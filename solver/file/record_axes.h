/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The coordinates of an output file: what they are called, and writing them
 * (docs/file-format.md 4.2). */
#pragma once

#include "io/h5file.h"
#include "solver/file/record.h"

/* Of the first variable and the second: as the settings call it ("w", and its faces "w_edge");
 * x, x_edge and y, y_edge in files of version 1 of the layout, and where another data set has
 * one of those names. */
enum { AXIS_NAME = 128 };
struct axis_names {
    int dims;
    char centre[2][AXIS_NAME], edge[2][AXIS_NAME];
    bool copies; /* x, x_edge, ... stand beside them, for who knows no names */
};

/* x or y where there is a copy, for a reader that takes no letters outside ASCII; else the
 * name. */
const char *axis_plain_name(const struct axis_names *names, int d);

/* What they are called in a file that has these fields. */
void axis_names_choose(struct axis_names *names, int dims,
                       const struct record_header *header,
                       const struct record_field *fields, size_t count);
/* What they are called in a file, by the axes of its density. Fails (ERROR_FILE) where that
 * is not there, or has not one or two axes. */
MUST_CHECK bool axis_names_find(struct axis_names *names, const struct h5file *file,
                                struct error *err);

/* time, the coordinates, their faces and bounds, and the axes that only some runs have. */
MUST_CHECK bool record_axes_write(struct h5file *file, const struct grid *grid,
                                  const struct axis_names *names,
                                  const struct record_header *header, struct error *err);
/* Are the faces those of the grid, to the bit? Says no with a sentence without path. */
MUST_CHECK bool record_axes_same(const struct h5file *file, const struct grid *grid,
                                 struct error *err);
