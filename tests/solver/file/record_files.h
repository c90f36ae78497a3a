/* SPDX-License-Identifier: GPL-3.0-or-later
 * Output files of a synthetic run, whole or cut off, each test with a folder of its own. */
#pragma once

#include "io/h5file.h"
#include "tests/solver/synthetic_run.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <stdio.h>
#include <unistd.h>

enum { NX = 24, NY = 10 };

static char folder[64], path[96], xdmf_path[96], part_path[96];
static struct error err;
static struct synthetic_run run;

#define must(call) ck_assert_msg(call, "%s", err.message)

static inline void set_up(int dims) {
    strcpy(folder, "/tmp/check_record_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    sprintf(path, "%s/run.h5", folder);
    sprintf(xdmf_path, "%s/run.xdmf2", folder);
    sprintf(part_path, "%s/run.h5.part", folder);
    must(synthetic_start(&run, dims, NX, NY, &err));
}
static inline void set_up_1d(void) {
    set_up(1);
}
static inline void set_up_2d(void) {
    set_up(2);
}

static inline void tear_down(void) {
    synthetic_end(&run);
    unlink(path);
    unlink(xdmf_path);
    rmdir(folder);
}

static inline struct record *create(bool force) {
    return record_create(path, force, run.grid, &synthetic_header, run.fields, run.count,
                         &err);
}

static inline struct record *create_with_rows(size_t rows) {
    struct record *record = create(true);
    must(record != NULL);
    must(synthetic_statics(&run, record, &err));
    for (size_t r = 0; r < rows; r++)
        must(synthetic_row(&run, record, r, &err));
    return record;
}

static inline void write_file(size_t rows) {
    must(record_close(create_with_rows(rows), &err));
}

/* What a killed run leaves: one row more in some datasets, and the status it began with. */
static inline void write_cut_off_file(size_t rows) {
    const double one = 1;
    must(record_close(create_with_rows(rows), &err));
    synthetic_density(&run, 1000);
    struct h5file *file = h5file_open(path, true, &err);
    must(file != NULL);
    must(h5file_write_row(file, "density", rows, run.p, &err));
    must(h5file_write_row(file, "mass", rows, &one, &err));
    must(h5file_close(file, &err));
}

static inline size_t rows_of(const char *name) {
    struct h5_extent extent;
    struct h5file *file = h5file_open(path, false, &err);
    must(file != NULL);
    must(h5file_extent(file, name, &extent, &err));
    must(h5file_close(file, &err));
    return extent.shape[0];
}

static inline char *attribute(const char *object, const char *name) {
    char *text = NULL;
    struct h5file *file = h5file_open(path, false, &err);
    must(file != NULL);
    must(h5file_read_attribute_text(file, object, name, &text, &err));
    must(h5file_close(file, &err));
    return text;
}

static inline void expect_attribute(const char *object, const char *name,
                                    const char *expected) {
    char *text = attribute(object, name);
    ck_assert_str_eq(text, expected);
    free(text);
}

static inline char *file_text(const char *name) {
    char *text = calloc(1 << 20, 1);
    FILE *stream = fopen(name, "r");
    ck_assert_ptr_nonnull(stream);
    ck_assert(fread(text, 1, (1 << 20) - 1, stream) > 0);
    fclose(stream);
    return text;
}

static inline TCase *add_case(Suite *suite, const char *name, void (*begin)(void)) {
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, begin, tear_down);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return tests;
}
