/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of an h5file share: the open file and its open datasets. Nothing
 * outside io/ includes this. */
#pragma once

#include "io/h5file.h"
#include "io/h5store.h"
#include <hdf5.h>

/* A dataset that this run writes: kept open, because opening costs more than a row. */
struct h5_dataset {
    char *name;
    hid_t id;
    bool filtered; /* its chunks are compressed: each is written once */
};

struct h5file {
    hid_t id;
    struct h5store *store; /* NULL where the file is only read */
    char *path;
    char *part;  /* the name until the first flush; NULL afterwards */
    bool force;  /* path may be replaced then */
    bool sealed; /* attributes change in place only */
    int deflate;
    struct h5_dataset *dataset; /* [datasets] */
    size_t datasets, room;
};

enum { RANK_LIMIT = 3 }; /* dimensions of a dataset */

/* The dataset, opened for writing unless it is open already; NULL where there is none. It
 * stays where it is until the next one is opened. */
const struct h5_dataset *h5_dataset_find(struct h5file *file, const char *name,
                                         struct error *err);
/* "path: sentence: what HDF5 says", ERROR_FILE; returns false. */
bool h5_fail(struct error *err, const struct h5file *file, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* Properties for creating a link or an attribute of that name: UTF-8 where it is not ASCII;
 * closed by the caller. */
hid_t h5_names_create(hid_t property_class, const char *name);
/* Fixed-length, NUL-terminated UTF-8 of size bytes; closed by the caller. */
hid_t h5_text_type(size_t size);
/* One text of fixed length in a new string, by either H5Aread or H5Dread; `what` names
 * it. */
bool h5_read_text(const struct h5file *file, const char *what, hid_t id, bool attribute,
                  char **value, struct error *err);
