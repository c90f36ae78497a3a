/* SPDX-License-Identifier: GPL-3.0-or-later
 * A file with attributes, coordinates and growing datasets, at a path of its own. */
#pragma once

#include "io/h5file.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/check_h5file_XXXXXX";
static struct error err;

static inline void make_path(void) {
    strcpy(path + strlen(path) - 6, "XXXXXX");
    close(mkstemp(path));
    unlink(path);
}
static inline void remove_path(void) {
    unlink(path);
}

#define must(call) ck_assert_msg(call, "%s", err.message)

enum { NX = 6, NY = 4 };

/* time, x, y, a 1-D series, rows of cells, a static field. */
static inline struct h5file *make_file(int deflate) {
    static const double x[NX] = {0, 1, 2, 3, 4, 5}, y[NY] = {0, 1, 2, 3};
    const struct h5_array arrays[] = {
        {.name = "time",
         .layout = H5_SERIES,
         .scale = true,
         .long_name = "time (s)",
         .units = "s",
         .axis = "T"},
        {.name = "x",
         .layout = H5_FIXED,
         .rank = 1,
         .shape = {NX},
         .scale = true,
         .units = "1"},
        {.name = "y", .layout = H5_FIXED, .rank = 1, .shape = {NY}, .scale = true},
        {.name = "density",
         .layout = H5_ROWS,
         .rank = 2,
         .shape = {NY, NX},
         .axes = {"y", "x"},
         .long_name = "p",
         .units = "1",
         .interpretation = "image"},
        {.name = "mass", .layout = H5_SERIES},
        {.name = "step", .layout = H5_SERIES, .integer = true},
        {.name = "stationary",
         .layout = H5_STATIC,
         .rank = 2,
         .shape = {NY, NX},
         .axes = {"y", "x"}},
        {.name = "last",
         .layout = H5_FIXED,
         .rank = 2,
         .shape = {NY, NX},
         .axes = {"y", "x"}},
        {.name = "bnds",
         .layout = H5_FIXED,
         .integer = true,
         .rank = 1,
         .shape = {2},
         .scale = true},
    };
    struct h5file *file = h5file_create(path, false, deflate, &err);
    must(file != NULL);
    must(h5file_group(file, "entry", "NXentry", &err));
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        must(h5file_define(file, &arrays[i], &err));
    must(h5file_write(file, "x", x, &err));
    must(h5file_write(file, "y", y, &err));
    must(h5file_write_integers(file, "bnds", (int64_t[]){0, 1}, &err));
    return file;
}

static inline void put_row(struct h5file *file, size_t row) {
    double p[NY * NX];
    for (int i = 0; i < NY * NX; i++)
        p[i] = (double)row + 0.01 * i;
    must(h5file_write_row(file, "density", row, p, &err));
    must(h5file_write_row(file, "mass", row, &p[3], &err));
    must(h5file_write_row_integer(file, "step", row, (int64_t)row * 10000000000, &err));
    must(h5file_write_row(file, "time", row, &p[0], &err));
}
