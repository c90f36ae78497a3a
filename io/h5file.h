/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The HDF5 file as every viewer wants it (netCDF-4/CF in the root group, a NeXus tree of
 * hard links under /entry): datasets with dimension scales, units and labels; extendable
 * rows; flushed so that a killed run leaves rows 0 .. len(/time)-1 whole. This layer knows
 * how, not what: names and meanings are solver/file/record's. */
#pragma once

#include "io/status.h"
#include <stdint.h>

struct h5file;

const char *h5file_library(void); /* version of the HDF5 library: "1.10.8" */

bool h5file_is_threadsafe(void); /* was it built so? */

/* For a program, before anything else of HDF5: without the exit handler of HDF5, which would
 * come after the program's own. */
void h5file_no_exit_handler(void);
/* For a library: between the two HDF5's errors are noted here, and printed by nobody; then
 * they go again where the program around it had them. Calls nest. */
void h5file_visit_begin(void);
void h5file_visit_end(void);

enum h5_layout {
    H5_FIXED,  /* contiguous, no filter: coordinates, small static arrays, text */
    H5_STATIC, /* written once; chunked with shuffle + deflate + fletcher32 when 2-D */
    H5_SERIES, /* one value a row: chunk 512, no filter */
    H5_ROWS,   /* one array a row: one chunk a row, shuffle + deflate + fletcher32, fill NaN
                */
};

/* What a dataset is. Shapes and axes are without the leading time dimension of
 * H5_SERIES/H5_ROWS. */
struct h5_array {
    const char *name; /* path from the root: "density" */
    enum h5_layout layout;
    bool integer; /* int64 (H5_SERIES) or int32 (H5_FIXED) instead of double */
    bool text; /* H5_FIXED: texts of variable length instead (arrays of a fixed length crash
                  netCDF 4.9); only in files that appear as a whole */
    int rank;  /* 0 to 3 with time: H5_STATIC 3, H5_ROWS 2 */
    size_t shape[3];               /* slowest first: {ny, nx} */
    const char *axes[3];           /* names of their dimension scales: {"y", "x"} */
    bool scale;                    /* is itself a dimension scale */
    const char *long_name, *units; /* attributes; NULL = none */
    const char *interpretation, *cell_methods, *bounds, *axis,
        *ancillary; /* attributes; NULL = none */
};

/* Creates path; ERROR_FILE when it exists (unless force, and even then when it is no HDF5
 * file) or cannot be written. It takes its name with the first flush, until which it is
 * path.part: a file of that name is never half made, and what force replaces stays until
 * then. Nobody else can write either meanwhile. deflate: level 0..9; 0 = no filters at
 * all. */
MUST_CHECK struct h5file *h5file_create(const char *path, bool force, int deflate,
                                        struct error *err);
/* The same of a file that lies in memory alone; name is what messages call it. */
MUST_CHECK struct h5file *h5file_create_in_memory(const char *name, int deflate,
                                                  struct error *err);
/* Opens an existing file; writable = false for readers. ERROR_FILE where another process
 * writes it. */
MUST_CHECK struct h5file *h5file_open(const char *path, bool writable, struct error *err);
/* Flushes and closes; false when that failed: the file is as it was at the last flush. NULL
 * is fine. */
MUST_CHECK bool h5file_close(struct h5file *file, struct error *err);

/* Closes a file as it was at the last flush; one that was never flushed is removed. NULL is
 * fine. */
void h5file_discard(struct h5file *file);

/* Attributes of a group or dataset ("/" is the root). */
MUST_CHECK bool h5file_attribute_text(struct h5file *, const char *object, const char *name,
                                      const char *value, struct error *);
/* A text with room for `room` bytes, its NUL among them; longer ones are cut. */
MUST_CHECK bool h5file_attribute_room(struct h5file *, const char *object, const char *name,
                                      const char *value, size_t room, struct error *);
/* Bytes that a text attribute has room for, its NUL among them; 0 where there is none. */
size_t h5file_text_room(const struct h5file *, const char *object, const char *name);
MUST_CHECK bool h5file_attribute_texts(struct h5file *, const char *object,
                                       const char *name, const char *const *values,
                                       size_t count, struct error *);
MUST_CHECK bool h5file_attribute_real(struct h5file *, const char *object, const char *name,
                                      double value, struct error *);
MUST_CHECK bool h5file_attribute_integer(struct h5file *, const char *object,
                                         const char *name, int64_t value, struct error *);
/* The same as int32, for what is an index or a version (axis_indices, format_version). */
MUST_CHECK bool h5file_attribute_index(struct h5file *, const char *object,
                                       const char *name, int32_t value, struct error *);
/* Creates the group (parents must exist) with its NX_class. */
MUST_CHECK bool h5file_group(struct h5file *, const char *path, const char *nx_class,
                             struct error *);
/* Scalar UTF-8 text dataset, contiguous. */
MUST_CHECK bool h5file_text(struct h5file *, const char *path, const char *value,
                            struct error *);
/* Hard link: `path` becomes another name of `target`. */
MUST_CHECK bool h5file_link(struct h5file *, const char *target, const char *path,
                            struct error *);

/* Creates a dataset, its attributes, and attaches its dimension scales (which must
 * exist). */
MUST_CHECK bool h5file_define(struct h5file *, const struct h5_array *, struct error *);
/* Whole array (H5_FIXED, H5_STATIC). */
MUST_CHECK bool h5file_write(struct h5file *, const char *name, const double *values,
                             struct error *);
MUST_CHECK bool h5file_write_integers(struct h5file *, const char *name,
                                      const int64_t *values, struct error *);
/* An H5_FIXED dataset of texts. */
MUST_CHECK bool h5file_write_texts(struct h5file *, const char *name,
                                   const char *const *values, struct error *);
/* Row r of an H5_SERIES (one value) or H5_ROWS dataset; extends it when r is the next row.
 * A compressed row can be written once. Until the flush, which writes all rows of a dataset
 * together, they are held in memory, where h5file_read_row alone finds them. */
MUST_CHECK bool h5file_write_row(struct h5file *, const char *name, size_t row,
                                 const double *values, struct error *);
MUST_CHECK bool h5file_write_row_integer(struct h5file *, const char *name, size_t row,
                                         int64_t value, struct error *);
/* Forgets the rows from `rows` on, all of which were written since the last flush. */
void h5file_drop_rows(struct h5file *, size_t rows);
/* Makes what was written part of the file, the length of "time" last; see io/h5store.h. */
MUST_CHECK bool h5file_flush(struct h5file *, struct error *);
/* The same without the rows from `rows` on, which stay in memory (all were written since the
 * last flush, and there is one of a dataset at the most). */
MUST_CHECK bool h5file_flush_rows(struct h5file *, size_t rows, struct error *);
/* Forgets all that was written since the last flush (of which there must have been one),
 * also after a write that failed: the file is as it was then, and can be written again. */
MUST_CHECK bool h5file_rollback(struct h5file *, struct error *);
/* From now on attributes change in place only, so that nothing moves that readers know: one
 * that is not there, or of another kind, is an error of the program; a text is cut to the
 * room that it has. */
void h5file_seal(struct h5file *);

/* Reading. h5file_has: does the object exist? h5file_size: elements in all (rows included).
 * Whoever reads says how many values there must be; a file may have been made by
 * anybody. */
bool h5file_has(const struct h5file *, const char *name);
MUST_CHECK bool h5file_size(const struct h5file *, const char *name, size_t *elements,
                            struct error *);
/* Shape with the rows first; dimensions past the rank are 1. grows: the first one is
 * rows. */
struct h5_extent {
    int rank;
    size_t shape[3];
    bool grows;
    bool integer, text; /* neither: real numbers */
};
MUST_CHECK bool h5file_extent(const struct h5file *, const char *name,
                              struct h5_extent *extent, struct error *);
/* The name of the dimension scale of a dimension (from 0, rows first), in name[size]; false
 * where there is none, or its name has no room. */
bool h5file_axis(const struct h5file *, const char *dataset, unsigned dimension, char *name,
                 size_t size);
/* Is it a dimension scale itself? */
bool h5file_is_axis(const struct h5file *, const char *dataset);
/* Calls each(context, ...) for every dataset of the root group in the order of creation,
 * until one returns false. */
MUST_CHECK bool h5file_each(const struct h5file *,
                            bool (*each)(void *context, const char *name,
                                         const struct h5_extent *extent, struct error *err),
                            void *context, struct error *);
/* Rows of a dataset that grows; ERROR_FILE where there are more than the file can hold. */
MUST_CHECK bool h5file_rows(const struct h5file *, const char *name, size_t *rows,
                            struct error *);
/* Into values[size]: all of a dataset, or one row; ERROR_FILE where that is not size
 * values. */
MUST_CHECK bool h5file_read(const struct h5file *, const char *name, double *values,
                            size_t size, struct error *);
MUST_CHECK bool h5file_read_row(const struct h5file *, const char *name, size_t row,
                                double *values, size_t size, struct error *);
/* A dataset of texts, into texts[size] (NULL before): malloc'd, also those that were read
 * before it failed. ERROR_FILE where it has not size texts. */
MUST_CHECK bool h5file_read_texts(const struct h5file *, const char *name, char **texts,
                                  size_t size, struct error *);
/* Is the row in the file and readable, all of its chunks? (What was never written would be
 * read as NaN.) */
MUST_CHECK bool h5file_row_is_whole(const struct h5file *, const char *name, size_t row,
                                    bool *whole, struct error *);
/* A scalar text dataset; an attribute that is one text, one number. ERROR_FILE where there
 * is none of that name and kind. */
MUST_CHECK bool h5file_read_text(const struct h5file *, const char *path,
                                 char **value /* malloc'd */, struct error *);
MUST_CHECK bool h5file_read_attribute_text(const struct h5file *, const char *object,
                                           const char *name, char **value /* malloc'd */,
                                           struct error *);
MUST_CHECK bool h5file_read_attribute_real(const struct h5file *, const char *object,
                                           const char *name, double *value, struct error *);
/* Calls each(context, ...) for every attribute of an object that is one number or one text
 * of fixed length, in the order of creation, until one returns false. */
MUST_CHECK bool h5file_each_attribute(const struct h5file *, const char *object,
                                      bool (*each)(void *context, const char *name,
                                                   bool text, struct error *err),
                                      void *context, struct error *);
/* Cuts every dataset that grows with time to `rows` rows (repair after a kill; resume). */
MUST_CHECK bool h5file_trim(struct h5file *, size_t rows, struct error *);
