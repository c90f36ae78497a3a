/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Datasets of an h5file: layout and filters, dimension scales, reading. */
#include "io/h5file_parts.h"
#include <hdf5_hl.h>
#include <math.h>
#include <stdlib.h>

enum {
    SERIES_CHUNK = 512,
    CHUNK_BYTES = 1 << 20, /* aim for one chunk; a longer line of x is not cut */
};

/* ---- opening ---- */

/* Compressed rows pass by the chunk cache: each goes to the file when it is written. */
static hid_t dataset_access(bool uncached) {
    const hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    if (uncached)
        H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, 0,
                           H5D_CHUNK_CACHE_W0_DEFAULT);
    return access;
}

hid_t h5_dataset_open(const struct h5file *file, const char *name, bool uncached,
                      struct error *err) {
    const hid_t access = dataset_access(uncached);
    const hid_t id = H5Dopen2(file->id, name, access);
    H5Pclose(access);
    if (id < 0) h5_fail(err, file, "no dataset '%s'", name);
    return id;
}

int h5_dataset_shape(hid_t id, hsize_t shape[RANK_LIMIT], bool *grows) {
    hsize_t most[RANK_LIMIT] = {0};
    const hid_t space = H5Dget_space(id);
    const int rank = H5Sget_simple_extent_ndims(space);
    const bool good = rank >= 0 && rank <= RANK_LIMIT &&
                      H5Sget_simple_extent_dims(space, shape, most) >= 0;
    H5Sclose(space);
    *grows = good && rank > 0 && most[0] == H5S_UNLIMITED;
    return good ? rank : -1;
}

/* ---- definition ---- */

static bool has_rows(const struct h5_array *a) {
    return a->layout == H5_SERIES || a->layout == H5_ROWS;
}

static bool is_compressed(const struct h5_array *a) {
    return a->layout == H5_ROWS || (a->layout == H5_STATIC && a->rank >= 2);
}

/* One row (all of a static array, one plane of three-dimensional one), halved along y while
 * it is over CHUNK_BYTES. */
static void chunk_shape(const struct h5_array *a, hsize_t chunk[RANK_LIMIT]) {
    hsize_t *inner = chunk;
    if (has_rows(a)) *inner++ = a->layout == H5_SERIES ? SERIES_CHUNK : 1;
    for (int d = 0; d < a->rank; d++)
        inner[d] = a->shape[d];
    if (a->rank == 3) *inner++ = 1;
    if (a->rank >= 2)
        while (inner[0] > 1 && inner[0] * inner[1] * sizeof(double) > CHUNK_BYTES)
            inner[0] = (inner[0] + 1) / 2;
}

static bool set_filters(hid_t creation, int deflate) {
    return deflate == 0 || (H5Pset_shuffle(creation) >= 0 &&
                            H5Pset_deflate(creation, (unsigned)deflate) >= 0 &&
                            H5Pset_fletcher32(creation) >= 0);
}

static hid_t dataset_create(struct h5file *file, const struct h5_array *a) {
    const int rows = has_rows(a), rank = rows + a->rank;
    const double missing = (double)NAN;
    hsize_t chunk[RANK_LIMIT], shape[RANK_LIMIT] = {0}, most[RANK_LIMIT] = {H5S_UNLIMITED};
    for (int d = 0; d < a->rank; d++)
        shape[rows + d] = most[rows + d] = a->shape[d];
    chunk_shape(a, chunk);
    const hid_t type = a->text                  ? h5_text_type(H5T_VARIABLE)
                       : !a->integer            ? H5T_IEEE_F64LE
                       : a->layout == H5_SERIES ? H5T_STD_I64LE
                                                : H5T_STD_I32LE;
    const hid_t space =
        rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, shape, most);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t link = h5_names_create(H5P_LINK_CREATE, a->name);
    const hid_t access = dataset_access(is_compressed(a));
    bool good = H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED |
                                                         H5P_CRT_ORDER_INDEXED) >= 0;
    if (rows || is_compressed(a)) good = good && H5Pset_chunk(creation, rank, chunk) >= 0;
    if (is_compressed(a)) good = good && set_filters(creation, file->deflate);
    if (a->layout == H5_ROWS)
        good = good && H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &missing) >= 0;
    const hid_t id =
        good ? H5Dcreate2(file->id, a->name, type, space, link, creation, access)
             : H5I_INVALID_HID;
    if (a->text) H5Tclose(type);
    H5Pclose(access);
    H5Pclose(link);
    H5Pclose(creation);
    H5Sclose(space);
    return id;
}

static bool attach_scale(struct h5file *file, const char *name, const char *axis,
                         unsigned dimension, struct error *err) {
    const struct h5_dataset *scale = h5_dataset_find(file, axis, err);
    if (scale == NULL) return false;
    const hid_t scale_id = scale->id; /* the list may move with the next look-up */
    const struct h5_dataset *dataset = h5_dataset_find(file, name, err);
    if (dataset == NULL) return false;
    return H5DSattach_scale(dataset->id, scale_id, dimension) >= 0 ||
           h5_fail(err, file, "cannot make '%s' an axis of '%s'", axis, name);
}

static bool attach_scales(struct h5file *file, const struct h5_array *a,
                          struct error *err) {
    const unsigned rows = has_rows(a);
    if (a->scale) return true;
    if (rows && !attach_scale(file, a->name, "time", 0, err)) return false;
    for (unsigned d = 0; d < (unsigned)a->rank; d++)
        if (!attach_scale(file, a->name, a->axes[d], rows + d, err)) return false;
    return true;
}

static bool define_attributes(struct h5file *file, const struct h5_array *a,
                              struct error *err) {
    const char *const texts[][2] = {
        {"long_name", a->long_name},
        {"units", a->units},
        {"axis", a->axis},
        {"bounds", a->bounds},
        {"interpretation", a->interpretation},
        {"cell_methods", a->cell_methods},
        {"ancillary_variables", a->ancillary},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i][1] != NULL &&
            !h5file_attribute_text(file, a->name, texts[i][0], texts[i][1], err))
            return false;
    return a->layout != H5_ROWS ||
           h5file_attribute_real(file, a->name, "_FillValue", (double)NAN, err);
}

bool h5file_define(struct h5file *file, const struct h5_array *a, struct error *err) {
    const hid_t id = dataset_create(file, a);
    if (id < 0) return h5_fail(err, file, "cannot create the dataset '%s'", a->name);
    if (a->scale && H5DSset_scale(id, a->name) < 0) {
        H5Dclose(id);
        return h5_fail(err, file, "cannot make '%s' a dimension scale", a->name);
    }
    return h5_dataset_keep(file, a->name, id, err) != NULL && attach_scales(file, a, err) &&
           define_attributes(file, a, err);
}

/* ---- writing ---- */

static bool write_all(struct h5file *file, const char *name, hid_t type, const void *values,
                      struct error *err) {
    const struct h5_dataset *dataset = h5_dataset_find(file, name, err);
    if (dataset == NULL) return false;
    return H5Dwrite(dataset->id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0 ||
           h5_fail(err, file, "cannot write '%s'", name);
}

bool h5file_write(struct h5file *file, const char *name, const double *values,
                  struct error *err) {
    return write_all(file, name, H5T_NATIVE_DOUBLE, values, err);
}

bool h5file_write_integers(struct h5file *file, const char *name, const int64_t *values,
                           struct error *err) {
    return write_all(file, name, H5T_NATIVE_INT64, values, err);
}

bool h5file_write_texts(struct h5file *file, const char *name, const char *const *values,
                        struct error *err) {
    const hid_t type = h5_text_type(H5T_VARIABLE);
    const bool good = write_all(file, name, type, values, err);
    H5Tclose(type);
    return good;
}

/* ---- reading ---- */

static H5T_class_t class_of(hid_t id) {
    const hid_t type = H5Dget_type(id);
    const H5T_class_t class = H5Tget_class(type);
    H5Tclose(type);
    return class;
}

bool h5file_extent(const struct h5file *file, const char *name, struct h5_extent *extent,
                   struct error *err) {
    hsize_t shape[RANK_LIMIT] = {0};
    const hid_t id = h5_dataset_open(file, name, false, err);
    if (id < 0) return false;
    extent->rank = h5_dataset_shape(id, shape, &extent->grows);
    extent->integer = class_of(id) == H5T_INTEGER,
    extent->text = class_of(id) == H5T_STRING;
    H5Dclose(id);
    if (extent->rank < 0) return h5_fail(err, file, "'%s' has no known shape", name);
    for (int d = 0; d < RANK_LIMIT; d++)
        extent->shape[d] = d < extent->rank ? shape[d] : 1;
    return true;
}

/* Values in the dimensions from `first` on; 0 where that is more than can be counted. */
static size_t count_values(const hsize_t shape[RANK_LIMIT], int first, int rank) {
    size_t n = 1;
    for (int d = first; d < rank; d++)
        if (__builtin_mul_overflow(n, shape[d], &n)) return 0;
    return n;
}

/* Fails where a file is too small for so many: deflate shrinks by 1032 at the most. */
static bool check_count(const struct h5file *file, const char *name, size_t values,
                        struct error *err) {
    hsize_t bytes = 0;
    return (H5Fget_filesize(file->id, &bytes) >= 0 && values / 1032 <= bytes) ||
           fail(err, ERROR_FILE,
                "%s: '%s' says that it has %zu values, which are not there", file->path,
                name, values);
}

bool h5file_size(const struct h5file *file, const char *name, size_t *elements,
                 struct error *err) {
    struct h5_extent extent;
    size_t n = 1;
    if (!h5file_extent(file, name, &extent, err)) return false;
    for (int d = 0; d < RANK_LIMIT; d++)
        if (__builtin_mul_overflow(n, extent.shape[d], &n)) n = SIZE_MAX;
    *elements = n;
    return check_count(file, name, n, err);
}

/* No row takes less than a byte of the file. */
bool h5file_rows(const struct h5file *file, const char *name, size_t *rows,
                 struct error *err) {
    struct h5_extent extent;
    hsize_t bytes = 0;
    if (!h5file_extent(file, name, &extent, err)) return false;
    if (!extent.grows)
        return fail(err, ERROR_FILE, "%s: '%s' has no rows", file->path, name);
    *rows = extent.shape[0];
    return (H5Fget_filesize(file->id, &bytes) >= 0 && *rows <= bytes) ||
           fail(err, ERROR_FILE, "%s: '%s' says that it has %zu rows, which are not there",
                file->path, name, *rows);
}

static bool check_values(const struct h5file *file, const char *name, size_t found,
                         size_t size, const char *where, struct error *err) {
    return found == size ||
           fail(err, ERROR_FILE, "%s: '%s' has %zu values%s instead of %zu", file->path,
                name, found, where, size);
}

bool h5file_read(const struct h5file *file, const char *name, double *values, size_t size,
                 struct error *err) {
    hsize_t shape[RANK_LIMIT] = {0};
    bool grows = false;
    const hid_t id = h5_dataset_open(file, name, false, err);
    if (id < 0) return false;
    const int rank = h5_dataset_shape(id, shape, &grows);
    const size_t found = rank >= 0 ? count_values(shape, 0, rank) : 0;
    const bool good =
        check_values(file, name, found, size, "", err) &&
        (H5Dread(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0 ||
         h5_fail(err, file, "cannot read '%s'", name));
    H5Dclose(id);
    return good;
}

bool h5file_read_row(const struct h5file *file, const char *name, size_t row,
                     double *values, size_t size, struct error *err) {
    hsize_t shape[RANK_LIMIT] = {0};
    bool grows = false;
    if (h5_rows_read(file, name, row, values, size)) return true;
    const hid_t id = h5_dataset_open(file, name, false, err);
    if (id < 0) return false;
    const int rank = h5_dataset_shape(id, shape, &grows);
    bool good = grows && row < shape[0];
    if (!good)
        fail(err, ERROR_FILE, "%s: '%s' has %zu rows, no row %zu", file->path, name,
             grows ? (size_t)shape[0] : 0, row);
    good = good &&
           check_values(file, name, count_values(shape, 1, rank), size, " in a row", err);
    if (good && !h5_rows_transfer(id, rank, shape, row, 1, H5T_NATIVE_DOUBLE, NULL, values))
        good = h5_fail(err, file, "cannot read row %zu of '%s'", row, name);
    H5Dclose(id);
    return good;
}

/* Calls H5Dget_chunk_storage_size for the chunks of a row: those at every multiple of the
 * chunk's shape. */
static bool chunks_are_there(hid_t id, int rank, const hsize_t shape[RANK_LIMIT],
                             size_t row, const hsize_t chunk[RANK_LIMIT]) {
    hsize_t at[RANK_LIMIT] = {row - row % chunk[0]}, bytes;
    for (;;) {
        bytes = 0;
        if (H5Dget_chunk_storage_size(id, at, &bytes) < 0 || bytes == 0) return false;
        int d = rank - 1;
        while (d > 0 && (at[d] += chunk[d]) >= shape[d])
            at[d--] = 0;
        if (d == 0) return true;
    }
}

bool h5file_row_is_whole(const struct h5file *file, const char *name, size_t row,
                         bool *whole, struct error *err) {
    struct error ignored;
    hsize_t shape[RANK_LIMIT] = {0}, chunk[RANK_LIMIT] = {0};
    bool grows = false;
    *whole = false;
    const hid_t id = h5_dataset_open(file, name, false, &ignored);
    if (id < 0) return true;
    const int rank = h5_dataset_shape(id, shape, &grows);
    const size_t size = count_values(shape, 1, rank);
    const hid_t creation = H5Dget_create_plist(id);
    const bool there = grows && row < shape[0] &&
                       H5Pget_chunk(creation, RANK_LIMIT, chunk) == rank &&
                       chunks_are_there(id, rank, shape, row, chunk);
    double *values = there ? array_create(size, sizeof *values, err) : NULL;
    *whole = values != NULL &&
             h5_rows_transfer(id, rank, shape, row, 1, H5T_NATIVE_DOUBLE, NULL, values);
    const bool memory = !there || values != NULL;
    free(values);
    H5Pclose(creation);
    H5Dclose(id);
    return memory;
}
