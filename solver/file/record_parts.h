/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of a record share. Nothing outside solver/file includes this. */
#pragma once

#include "solver/file/hold.h"
#include "solver/file/record_fields.h"
#include "solver/file/xdmf.h"

struct record {
    struct h5file *file;
    struct xdmf *xdmf; /* made with the first row */
    char *path;
    bool in_memory; /* no file, and none beside it */
    struct axis_names axes;
    size_t cells[2];     /* [1] = 0 in 1-D */
    struct field *field; /* [fields] density, last_density, then as declared */
    size_t fields;
    size_t rows, published; /* committed, and of these in the file */
    struct hold hold;       /* of the others */
    double last_time;
    bool resumed;       /* static fields are there */
    const char *filled; /* why a value was left out first, or NULL */
    bool begun;         /* a row was put, in part or in all, and is not committed */
    bool broken; /* rows could not be published: what HDF5 has of them is not in the file */
    struct error failure; /* why */
};

/* Before anything else is written, rows that are whole are in the file, and what is not is
 * forgotten: after a full disk, what is written must need no new space. Nothing before the
 * first row. */
MUST_CHECK bool record_settle(struct record *record, struct error *err);
