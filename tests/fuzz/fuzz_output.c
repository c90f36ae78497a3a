/* SPDX-License-Identifier: GPL-3.0-or-later
 * An output file in which datasets and attributes were replaced by others, as the bytes say:
 * four of them name one, its rank, its shape and its type. Described and read row by row,
 * nothing may crash, read or write past an end, or give a message of two lines. Changed are
 * what HDF5 finds whole: what HDF5 itself makes of broken bytes is not asked here.
 *     build/tests/fuzz/fuzz_output -max_len=64
 */
#include "io/h5file.h"
#include "solver/file/info.h"
#include <hdf5.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const names[] = {"time", "x", "x_edge", "density", "mean_x", "mass"};
static const char *const attributes[] = {"title", "status", "seed", "remark_1"};
enum { NAMES = 6, ATTRIBUTES = 4, CELLS = 4 };

static hid_t type_of(uint8_t choice) {
    hid_t text;
    switch (choice % 4) {
    case 0:
        return H5Tcopy(H5T_NATIVE_DOUBLE);
    case 1:
        return H5Tcopy(H5T_NATIVE_INT8);
    case 2:
        return text = H5Tcopy(H5T_C_S1), H5Tset_size(text, 3), text;
    default:
        return text = H5Tcopy(H5T_C_S1), H5Tset_size(text, H5T_VARIABLE), text;
    }
}

/* Sizes 0 .. 6, 300, or 2^40 rows. */
static hsize_t size_of(uint8_t choice, int d) {
    return choice % 9 == 8   ? (d == 0 ? (hsize_t)1 << 40 : 2)
           : choice % 9 == 7 ? 300
                             : choice % 9;
}

static void replace_dataset(hid_t file, const uint8_t *b) {
    const char *name = names[b[0] % NAMES];
    const int rank = b[1] % 5;
    hsize_t shape[5], most[5], chunk[5];
    for (int d = 0; d < rank; d++) {
        shape[d] = size_of((uint8_t)(b[2] >> d), d);
        most[d] = H5S_UNLIMITED, chunk[d] = 2;
    }
    const hid_t space =
        rank > 0 ? H5Screate_simple(rank, shape, most) : H5Screate(H5S_SCALAR);
    const hid_t type = type_of(b[3]), creation = H5Pcreate(H5P_DATASET_CREATE);
    if (rank > 0) H5Pset_chunk(creation, rank, chunk);
    H5Ldelete(file, name, H5P_DEFAULT);
    H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Pclose(creation), H5Tclose(type), H5Sclose(space);
}

static void replace_attribute(hid_t file, const uint8_t *b) {
    const char *name = attributes[b[0] % ATTRIBUTES];
    const hsize_t size = b[2] % 5;
    const hid_t type = type_of(b[3]), space = H5Screate_simple(1, &size, NULL);
    H5Adelete(file, name);
    H5Aclose(H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space), H5Tclose(type);
}

static bool make_file(const char *path, struct error *err) {
    const double edges[CELLS + 1] = {0, 1, 2, 3, 4}, zero = 0;
    struct h5file *file = h5file_create(path, true, 0, err);
    bool good = file != NULL;
    for (int k = 0; good && k < NAMES; k++) {
        const bool series = k == 0 || k > 3;
        const struct h5_array array = {.name = names[k],
                                       .layout = series   ? H5_SERIES
                                                 : k == 3 ? H5_ROWS
                                                          : H5_FIXED,
                                       .rank = series ? 0 : 1,
                                       .shape = {CELLS + (k == 2)},
                                       .axes = {"x"},
                                       .scale = k < 3,
                                       .long_name = "x"};
        good = h5file_define(file, &array, err) &&
               (series || k == 3
                    ? h5file_write_row(file, names[k], 0, k == 3 ? edges : &zero, err)
                    : h5file_write(file, names[k], edges, err));
    }
    for (int k = 0; good && k < ATTRIBUTES; k++)
        good = h5file_attribute_text(file, "/", attributes[k], "word", err);
    struct error ignored;
    return h5file_close(file, good ? err : &ignored) && good;
}

static void check_message(const struct error *err) {
    for (const char *c = err->message; *c != '\0'; c++)
        if (*c == '\n') abort();
}

static bool read_rows(void *context, const char *name, const struct h5_extent *extent,
                      struct error *err) {
    double values[CELLS + 1];
    size_t size = 0, rows = 0;
    bool whole;
    const struct h5file *file = context;
    if (!h5file_read_row(file, name, 0, values, extent->rank == 1 ? 1 : CELLS, err) ||
        !h5file_row_is_whole(file, name, 0, &whole, err) ||
        !h5file_size(file, name, &size, err) || !h5file_rows(file, name, &rows, err) ||
        !h5file_read(file, name, values, CELLS + 1, err))
        check_message(err);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64], *text = NULL;
    struct error err = {0};
    snprintf(path, sizeof path, "/tmp/fuzz_output_%ld.h5", (long)getpid());
    if (!make_file(path, &err)) abort();
    const hid_t id = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    for (; size >= 4; data += 4, size -= 4)
        data[1] % 8 == 7 ? replace_attribute(id, data) : replace_dataset(id, data);
    H5Fclose(id);
    if (!file_info(path, &text, &err)) check_message(&err);
    free(text);
    struct h5file *file = h5file_open(path, false, &err);
    if (file == NULL) abort();
    if (!h5file_each(file, read_rows, file, &err)) check_message(&err);
    if (!h5file_close(file, &err)) abort();
    unlink(path);
    return 0;
}
