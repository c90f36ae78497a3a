/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of an h5file share: the open file and its open datasets. Nothing
 * outside io/ includes this. */
#pragma once

#include "io/h5file.h"
#include "io/h5store.h"
#include <hdf5.h>

enum { RANK_LIMIT = 3 }; /* dimensions of a dataset */

/* A dataset that this run writes: kept open, because opening costs more than a row. Rows are
 * held in memory until the flush, which writes those of a dataset together. */
struct h5_dataset {
    char *name;
    hid_t id;
    bool filtered; /* its chunks are compressed: each is written once */
    bool grows;
    int rank;
    hsize_t shape[RANK_LIMIT]; /* as it is in HDF5; where it grows, shape[0] rows */
    int level; /* of deflate where a row is one chunk that h5chunk.h makes; 0: HDF5 does */
    size_t held, room; /* rows behind those, and how many there is room for */
    size_t values;     /* of a row */
    bool integer;      /* held rows are int64, not double */
    union h5_value {
        double real;
        int64_t integer;
    } * value; /* [room * values] */
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
    struct h5_coder *coder; /* of coder_values numbers at coder_level; or NULL */
    size_t coder_values;
    int coder_level;
};

/* A dataset opened once more; closed by the caller. uncached: its chunks pass by the cache. */
hid_t h5_dataset_open(const struct h5file *file, const char *name, bool uncached,
                      struct error *err);
/* The shape of an open dataset; rank -1 when it has none or too many dimensions. */
int h5_dataset_shape(hid_t id, hsize_t shape[RANK_LIMIT], bool *grows);

/* The dataset, opened for writing unless it is open already; NULL where there is none. It
 * stays where it is until the next one is opened. */
struct h5_dataset *h5_dataset_find(struct h5file *file, const char *name,
                                   struct error *err);
/* Takes over id, also on failure, as that of a dataset that is kept open. */
MUST_CHECK struct h5_dataset *h5_dataset_keep(struct h5file *file, const char *name,
                                              hid_t id, struct error *err);
/* Closes those that are kept open and forgets the rows that they hold. */
bool h5_datasets_close(struct h5file *file);

/* Reads (out) or writes (in) rows of a dataset of that shape, from `row` on. */
bool h5_rows_transfer(hid_t id, int rank, const hsize_t shape[RANK_LIMIT], size_t row,
                      size_t rows, hid_t type, const void *in, void *out);
/* Gives the held rows before `rows` to HDF5. */
MUST_CHECK bool h5_rows_write(struct h5file *file, size_t rows, struct error *err);
/* A row of that many values, if it is one that is held. */
bool h5_rows_read(const struct h5file *file, const char *name, size_t row, double *values,
                  size_t size);
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
