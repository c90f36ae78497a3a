/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one table of what the output file may hold: name -> kind, units, label. */
#pragma once

#include "io/h5file.h"
#include "io/text.h"
#include "solver/file/record.h"

/* A declared field with everything that its dataset needs; texts owned. */
struct field {
    enum record_kind kind;
    struct h5_array array; /* name, long_name, units, ancillary: owned by the field */
    bool put;              /* in the present row, or once */
    const char *undefined; /* what NaN and infinity mean in it, or NULL: they are errors */
};

/* Fills field from what the caller declared: by the table, by its name's parts, or by its
 * own kind and long_name. Fails (ERROR_RUN) on names that are not known or not allowed. */
MUST_CHECK bool field_create(struct field *field, const struct record_field *declared,
                             const struct grid *grid, const struct record_header *header,
                             struct error *err);
void field_finish(struct field *field);

/* Values of one row, or of all that is written once. */
size_t field_values(const struct field *field);

/* One value or array a row (true), or written once. */
bool field_has_rows(const struct field *field);

/* A row of the table as a reader of the file meets it. */
struct field_description {
    const char *name, *label; /* *, %r: the region's name; %x, %y: the variables' */
    char shape[2][40];        /* in 1-D and in 2-D: "time, y, x"; "": not there */
    const char *unit;      /* where it is no power of the units of x, y and time; or NULL */
    signed char power[3];  /* those powers; y only in 2-D */
    const char *undefined; /* what NaN and infinity mean, or NULL: they are errors */
};
/* Row `row`, counted from 0; false behind the last. */
bool field_describe(size_t row, struct field_description *out);

/* "label (unit)", or the label alone when it is dimensionless; malloc'd. */
MUST_CHECK char *label_create(const char *label, const char *units, struct error *err);
