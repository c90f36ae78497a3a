/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a declared quantity to its data set: layout, shape, units and label. */
#pragma once

#include "io/h5file.h"
#include "io/text.h"
#include "solver/file/record.h"
#include "solver/file/record_axes.h"

/* A declared field with everything that its dataset needs; texts owned. */
struct field {
    enum record_kind kind;
    struct h5_array array; /* texts owned by the field; axes borrowed */
    bool put;              /* in the present row, or once */
    const char *undefined; /* what NaN and infinity mean in it, or NULL: they are errors */
};

/* Fills field from what the caller declared. Fails (ERROR_RUN) on names that are not allowed,
 * and on quantities that the grid's dimension does not have. names is borrowed for as long as
 * the field. */
MUST_CHECK bool field_create(struct field *field, const struct record_field *declared,
                             const struct grid *grid, const struct axis_names *names,
                             const struct record_header *header, struct error *err);
void field_finish(struct field *field);

/* Values of one row, or of all that is written once. */
size_t field_values(const struct field *field);

/* One value or array a row (true), or written once. */
bool field_has_rows(const struct field *field);

/* "label (unit)", or the label alone when it is dimensionless; malloc'd. */
MUST_CHECK char *label_create(const char *label, const char *units, struct error *err);
