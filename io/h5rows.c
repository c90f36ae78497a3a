/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of an h5file: the datasets that are kept open for them, and how they are written. Rows
 * of a dataset come into HDF5 together, each compressed one as a chunk that is ready. */
#include "io/h5chunk.h"
#include "io/h5file_parts.h"
#include <stdlib.h>
#include <string.h>

enum {
    HELD_ROWS = 64,       /* of a dataset, at most, */
    HELD_BYTES = 1 << 20, /* and bytes, but for one row */
};

/* ---- the datasets that are kept open ---- */

/* Is a row one chunk, whose filters are those that the coder stands for? Then their level. */
static int coder_level(const struct h5_dataset *d, hid_t creation) {
    static const H5Z_filter_t filters[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE,
                                           H5Z_FILTER_FLETCHER32};
    const int one = 1;
    hsize_t chunk[RANK_LIMIT] = {0};
    unsigned level = 0;
    if (*(const char *)&one != 1 || !d->grows || H5Pget_nfilters(creation) != 3 ||
        H5Pget_chunk(creation, RANK_LIMIT, chunk) != d->rank || chunk[0] != 1)
        return 0;
    for (int k = 1; k < d->rank; k++)
        if (chunk[k] != d->shape[k]) return 0;
    for (unsigned k = 0; k < 3; k++) {
        size_t parameters = 1;
        unsigned flags, parameter = 0;
        if (H5Pget_filter2(creation, k, &flags, &parameters, &parameter, 0, NULL, NULL) !=
            filters[k])
            return 0;
        if (k == 1) level = parameter;
    }
    return level >= 1 && level <= 9 ? (int)level : 0;
}

static bool is_double(hid_t id) {
    const hid_t type = H5Dget_type(id);
    const bool same = H5Tequal(type, H5T_IEEE_F64LE) > 0;
    H5Tclose(type);
    return same;
}

static struct h5_dataset describe(char *name, hid_t id) {
    struct h5_dataset d = {.name = name, .id = id, .values = 1};
    const hid_t creation = H5Dget_create_plist(id);
    d.rank = h5_dataset_shape(id, d.shape, &d.grows);
    for (int k = 1; k < d.rank; k++)
        d.values *= d.shape[k];
    d.filtered = H5Pget_nfilters(creation) > 0;
    d.level = is_double(id) ? coder_level(&d, creation) : 0;
    H5Pclose(creation);
    return d;
}

struct h5_dataset *h5_dataset_keep(struct h5file *file, const char *name, hid_t id,
                                   struct error *err) {
    char *copy = NULL;
    struct h5_dataset *wider =
        array_grow(file->dataset, file->datasets, &file->room, sizeof *wider, err);
    if (wider == NULL) goto failed;
    file->dataset = wider;
    if ((copy = array_create(strlen(name) + 1, 1, err)) == NULL) goto failed;
    strcpy(copy, name);
    file->dataset[file->datasets] = describe(copy, id);
    return &file->dataset[file->datasets++];
failed:
    H5Dclose(id);
    return NULL;
}

static struct h5_dataset *find_kept(const struct h5file *file, const char *name) {
    for (size_t i = 0; i < file->datasets; i++)
        if (strcmp(file->dataset[i].name, name) == 0) return &file->dataset[i];
    return NULL;
}

struct h5_dataset *h5_dataset_find(struct h5file *file, const char *name,
                                   struct error *err) {
    struct h5_dataset *kept = find_kept(file, name);
    if (kept != NULL) return kept;
    const hid_t id = h5_dataset_open(file, name, true, err);
    return id < 0 ? NULL : h5_dataset_keep(file, name, id, err);
}

bool h5_datasets_close(struct h5file *file) {
    bool good = true;
    for (size_t i = 0; i < file->datasets; i++) {
        good = H5Dclose(file->dataset[i].id) >= 0 && good;
        free(file->dataset[i].name);
        free(file->dataset[i].value);
    }
    file->datasets = 0;
    return good;
}

/* ---- into HDF5 ---- */

bool h5_rows_transfer(hid_t id, int rank, const hsize_t shape[RANK_LIMIT], size_t row,
                      size_t rows, hid_t type, const void *in, void *out) {
    const hsize_t start[RANK_LIMIT] = {row};
    hsize_t count[RANK_LIMIT] = {rows};
    for (int d = 1; d < rank; d++)
        count[d] = shape[d];
    const hid_t space = H5Dget_space(id), memory = H5Screate_simple(rank, count, NULL);
    bool good = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0;
    if (good && in != NULL)
        good = H5Dwrite(id, type, memory, space, H5P_DEFAULT, in) >= 0;
    else if (good)
        good = H5Dread(id, type, memory, space, H5P_DEFAULT, out) >= 0;
    H5Sclose(memory);
    H5Sclose(space);
    return good;
}

static bool prepare_coder(struct h5file *file, size_t values, int level,
                          struct error *err) {
    if (file->coder != NULL && values <= file->coder_values && level == file->coder_level)
        return true;
    h5_coder_destroy(file->coder);
    file->coder_values = values + values / 8; /* rows of faces come after rows of cells */
    file->coder_level = level;
    return (file->coder = h5_coder_create(file->coder_values, level, err)) != NULL;
}

/* The first rows that are held as chunks, from `row` on. */
static bool write_chunks(struct h5file *file, const struct h5_dataset *d, size_t row,
                         size_t rows, struct error *err) {
    if (!prepare_coder(file, d->values, d->level, err)) return false;
    for (size_t k = 0; k < rows; k++) {
        const hsize_t at[RANK_LIMIT] = {row + k};
        const unsigned char *bytes;
        const size_t size =
            h5_coder_run(file->coder, &d->value[k * d->values].real, d->values, &bytes);
        if (H5Dwrite_chunk(d->id, H5P_DEFAULT, 0, at, size, bytes) < 0)
            return h5_fail(err, file, "cannot write row %zu of '%s'", row + k, d->name);
    }
    return true;
}

static bool write_rows(struct h5file *file, const struct h5_dataset *d, size_t row,
                       size_t rows, const void *values, struct error *err) {
    return h5_rows_transfer(d->id, d->rank, d->shape, row, rows,
                            d->integer ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE, values,
                            NULL) ||
           h5_fail(err, file, "cannot write row %zu of '%s'", row, d->name);
}

/* Of the held rows those before `end`. */
static bool write_held(struct h5file *file, struct h5_dataset *d, size_t end,
                       struct error *err) {
    const size_t row = d->shape[0];
    const size_t rows = end >= row + d->held ? d->held : end > row ? end - row : 0;
    if (rows == 0) return true;
    d->shape[0] += rows;
    if (H5Dset_extent(d->id, d->shape) < 0)
        return h5_fail(err, file, "cannot write row %zu of '%s'", row, d->name);
    const bool coded = d->level > 0 && !d->integer;
    if (!(coded ? write_chunks(file, d, row, rows, err)
                : write_rows(file, d, row, rows, d->value, err)))
        return false;
    d->held -= rows;
    memmove(d->value, d->value + rows * d->values, d->held * d->values * sizeof *d->value);
    return true;
}

bool h5_rows_write(struct h5file *file, size_t rows, struct error *err) {
    for (size_t i = 0; i < file->datasets; i++) {
        struct h5_dataset *d = &file->dataset[i];
        if (d->held > 0 && !write_held(file, d, rows, err)) return false;
    }
    return true;
}

/* ---- held ---- */

/* Room for one more row of that kind. */
static bool make_room(struct h5file *file, struct h5_dataset *d, bool integer,
                      struct error *err) {
    if ((d->held == d->room || d->integer != integer) && d->held > 0 &&
        !write_held(file, d, SIZE_MAX, err))
        return false;
    d->integer = integer;
    if (d->room > 0) return true;
    const size_t fit = HELD_BYTES / sizeof *d->value / (d->values > 0 ? d->values : 1);
    const size_t room = fit < 1 ? 1 : fit < HELD_ROWS ? fit : HELD_ROWS;
    d->value = malloc(room * d->values * sizeof *d->value); /* what is read was set */
    if (d->value == NULL) return fail(err, ERROR_MEMORY, "no memory");
    d->room = room;
    return true;
}

static bool hold_row(struct h5file *file, struct h5_dataset *d, bool integer,
                     const void *values, struct error *err) {
    if (!make_room(file, d, integer, err)) return false;
    memcpy(d->value + d->held * d->values, values, d->values * sizeof *d->value);
    d->held++;
    return true;
}

static bool write_row(struct h5file *file, const char *name, size_t row, bool integer,
                      const void *values, struct error *err) {
    struct h5_dataset *d = h5_dataset_find(file, name, err);
    if (d == NULL) return false;
    const size_t rows = d->grows ? d->shape[0] + d->held : 0;
    if (!d->grows || row > rows)
        return fail(err, ERROR_FILE, "%s: row %zu of '%s' cannot be written before row %zu",
                    file->path, row, name, rows);
    if (row == rows) return hold_row(file, d, integer, values, err);
    if (d->filtered) /* the chunk would move: not safe to be killed */
        return fail(err, ERROR_FILE, "%s: row %zu of '%s' is written already", file->path,
                    row, name);
    if (!write_held(file, d, SIZE_MAX, err)) return false;
    d->integer = integer;
    return write_rows(file, d, row, 1, values, err);
}

bool h5file_write_row(struct h5file *file, const char *name, size_t row,
                      const double *values, struct error *err) {
    return write_row(file, name, row, false, values, err);
}

bool h5file_write_row_integer(struct h5file *file, const char *name, size_t row,
                              int64_t value, struct error *err) {
    return write_row(file, name, row, true, &value, err);
}

void h5file_drop_rows(struct h5file *file, size_t rows) {
    for (size_t i = 0; i < file->datasets; i++) {
        struct h5_dataset *d = &file->dataset[i];
        if (d->held > 0 && d->shape[0] + d->held > rows)
            d->held = rows > d->shape[0] ? rows - d->shape[0] : 0;
    }
}

bool h5_rows_read(const struct h5file *file, const char *name, size_t row, double *values,
                  size_t size) {
    const struct h5_dataset *d = find_kept(file, name);
    if (d == NULL || !d->grows || d->values != size || row < d->shape[0] ||
        row >= d->shape[0] + d->held)
        return false;
    const union h5_value *from = d->value + (row - d->shape[0]) * d->values;
    for (size_t k = 0; k < size; k++)
        values[k] = d->integer ? (double)from[k].integer : from[k].real;
    return true;
}
