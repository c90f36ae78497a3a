/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file that changes by commits: what a rollback forgets, where attributes have their
 * places, who may write. Kills and full disks are tests/faults'. */
#include "io/h5file.h"
#include <check.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/check_h5store_XXXXXX", path[64], part[64];
static struct error err;

#define must(call) ck_assert_msg(call, "%s", err.message)

static void make_folder(void) {
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run.h5", folder);
    snprintf(part, sizeof part, "%s/run.h5.part", folder);
}

static void remove_folder(void) {
    unlink(path);
    unlink(part);
    rmdir(folder);
}

enum { CELLS = 5 };

static struct h5file *make_file(void) {
    const struct h5_array arrays[] = {
        {.name = "time", .layout = H5_SERIES, .scale = true},
        {.name = "x", .layout = H5_FIXED, .rank = 1, .shape = {CELLS}, .scale = true},
        {.name = "density", .layout = H5_ROWS, .rank = 1, .shape = {CELLS}, .axes = {"x"}}};
    const double x[CELLS] = {0, 1, 2, 3, 4};
    struct h5file *file = h5file_create(path, false, 1, &err);
    must(file != NULL);
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        must(h5file_define(file, &arrays[k], &err));
    must(h5file_write(file, "x", x, &err));
    return file;
}

static void put_density(struct h5file *file, size_t row) {
    const double p[CELLS] = {(double)row, 1, 2, 3, (double)(row * row)};
    must(h5file_write_row(file, "density", row, p, &err));
}

static void put_row(struct h5file *file, size_t row) {
    const double time = 0.5 * (double)row;
    put_density(file, row);
    must(h5file_write_row(file, "time", row, &time, &err));
}

static void put_rows(struct h5file *file, size_t from, size_t to) {
    for (size_t row = from; row < to; row++) {
        put_row(file, row);
        must(h5file_flush(file, &err));
    }
}

static void expect_rows(size_t rows) {
    double p[CELLS];
    struct h5_extent extent;
    struct h5file *file = h5file_open(path, false, &err);
    must(file != NULL);
    must(h5file_extent(file, "density", &extent, &err));
    ck_assert_uint_eq(extent.shape[0], rows);
    for (size_t row = 0; row < rows; row++) {
        must(h5file_read_row(file, "density", row, p, CELLS, &err));
        ck_assert(p[0] == (double)row && p[4] == (double)(row * row));
    }
    must(h5file_close(file, &err));
}

/* ---- commits ---- */

/* More rows than two nodes of the index hold: the splits among them are seen by a reader
 * that opens the file after each commit. */
START_TEST(every_commit_is_whole_for_a_reader) {
    struct h5file *file = make_file();
    for (size_t rows = 1; rows <= 200; rows++) {
        put_rows(file, rows - 1, rows);
        expect_rows(rows);
    }
    must(h5file_close(file, &err));
    expect_rows(200);
}
END_TEST

/* Nodes of the index are split once or several times in one commit. */
START_TEST(commits_of_many_rows_are_whole_for_a_reader) {
    static const size_t more[] = {1, 40, 30, 1, 130, 2, 64, 63, 200};
    struct h5file *file = make_file();
    size_t rows = 0;
    for (size_t k = 0; k < sizeof more / sizeof *more; k++) {
        for (const size_t end = rows + more[k]; rows < end; rows++)
            put_row(file, rows);
        must(h5file_flush(file, &err));
        expect_rows(rows);
    }
    must(h5file_close(file, &err));
    expect_rows(rows);
}
END_TEST

START_TEST(a_row_that_is_begun_stays_behind_a_flush) {
    double p[CELLS];
    struct h5file *file = make_file();
    put_row(file, 0);
    must(h5file_flush(file, &err));
    put_row(file, 1);
    put_row(file, 2);
    put_density(file, 3);
    must(h5file_flush_rows(file, 3, &err));
    expect_rows(3);
    must(h5file_read_row(file, "density", 3, p, CELLS, &err));
    ck_assert(p[4] == 9);
    h5file_drop_rows(file, 3);
    ck_assert(!h5file_read_row(file, "density", 3, p, CELLS, &err));
    put_row(file, 3);
    put_row(file, 4);
    h5file_drop_rows(file, 4);
    must(h5file_close(file, &err));
    expect_rows(4);
}
END_TEST

START_TEST(rollback_forgets_what_was_not_committed) {
    struct h5file *file = make_file();
    put_rows(file, 0, 70);
    put_density(file, 70);
    put_density(file, 71);
    must(h5file_rollback(file, &err));
    expect_rows(70);
    put_rows(file, 70, 140);
    must(h5file_close(file, &err));
    expect_rows(140);
}
END_TEST

START_TEST(discard_leaves_the_last_commit) {
    struct h5file *file = make_file();
    put_rows(file, 0, 3);
    put_density(file, 3);
    h5file_discard(file);
    expect_rows(3);
    unlink(path);
    h5file_discard(make_file());
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_ne(access(part, F_OK), 0);
}
END_TEST

/* ---- attributes ---- */

static void expect_text(const char *name, const char *value) {
    char *text = NULL;
    struct h5file *file = h5file_open(path, false, &err);
    must(file != NULL);
    must(h5file_read_attribute_text(file, "density", name, &text, &err));
    must(h5file_close(file, &err));
    ck_assert_str_eq(text, value);
    free(text);
}

START_TEST(a_sealed_file_has_places_for_what_was_declared_alone) {
    struct h5file *file = make_file();
    must(h5file_attribute_room(file, "density", "remark", "", 8, &err));
    must(h5file_attribute_real(file, "density", "error", (double)NAN, &err));
    put_rows(file, 0, 1);
    h5file_seal(file);
    must(h5file_attribute_text(file, "density", "remark", "123456\xC3\xA4", &err));
    must(h5file_attribute_real(file, "density", "error", 0.5, &err));
    ck_assert(!h5file_attribute_text(file, "density", "other", "", &err));
    ck_assert_ptr_nonnull(strstr(err.message,
                                 "attribute 'other' of 'density' has no place: it was not "
                                 "declared before the first row"));
    ck_assert(!h5file_attribute_text(file, "density", "error", "none", &err));
    ck_assert(!h5file_attribute_integer(file, "density", "error", 1, &err));
    must(h5file_close(file, &err));
    expect_text("remark", "123456"); /* no half of a letter */
}
END_TEST

/* ---- files that somebody made ---- */

static bool is_whole(const struct h5file *file, size_t row) {
    bool whole;
    must(h5file_row_is_whole(file, "density", row, &whole, &err));
    return whole;
}

START_TEST(reading_asks_for_the_shape_that_is_expected) {
    double p[CELLS + 1];
    size_t rows;
    struct h5file *file = make_file();
    put_rows(file, 0, 2);
    ck_assert(!h5file_read_row(file, "density", 0, p, CELLS + 1, &err));
    ck_assert_ptr_nonnull(
        strstr(err.message, "'density' has 5 values in a row instead of 6"));
    ck_assert(!h5file_read(file, "x", p, 1, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "'x' has 5 values instead of 1"));
    must(h5file_rows(file, "time", &rows, &err));
    ck_assert_uint_eq(rows, 2);
    ck_assert(!h5file_rows(file, "x", &rows, &err));
    ck_assert(is_whole(file, 1));
    ck_assert(!is_whole(file, 2));
    must(h5file_close(file, &err));
}
END_TEST

static void set_extent(const char *name, const hsize_t *shape) {
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t id = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert_int_ge(H5Dset_extent(id, shape), 0);
    H5Dclose(id);
    H5Fclose(file);
}

START_TEST(rows_that_are_not_there_are_not_read_as_nan) {
    size_t rows;
    struct h5file *file = make_file();
    put_rows(file, 0, 2);
    must(h5file_close(file, &err));
    set_extent("density", (const hsize_t[]){3, CELLS});
    set_extent("time", (const hsize_t[]){(hsize_t)1 << 40});
    must((file = h5file_open(path, false, &err)) != NULL);
    ck_assert(is_whole(file, 1));
    ck_assert(!is_whole(file, 2));
    ck_assert(!h5file_rows(file, "time", &rows, &err));
    ck_assert_ptr_nonnull(strstr(
        err.message, "'time' says that it has 1099511627776 rows, which are not there"));
    must(h5file_close(file, &err));
}
END_TEST

/* ---- writers ---- */

/* Does a call in another process fail with that in its message? */
static void expect_refused(bool (*call)(void), const char *message) {
    int status = 0;
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) _exit(!call() && strstr(err.message, message) != NULL ? 0 : 1);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

static bool create(void) {
    return h5file_create(path, true, 1, &err) != NULL;
}

static bool open_to_write(void) {
    return h5file_open(path, true, &err) != NULL;
}

static bool open_to_read(void) {
    struct h5file *file = h5file_open(path, false, &err);
    const bool good = file != NULL;
    return h5file_close(file, &err) && good;
}

START_TEST(a_file_has_one_writer) {
    static const char busy[] = "run.h5 is being written by another run";
    struct h5file *file = make_file();
    expect_refused(create, busy); /* not even begun */
    put_rows(file, 0, 2);
    expect_refused(create, busy);
    expect_refused(open_to_write, busy);
    must(open_to_read());
    put_rows(file, 2, 3);
    must(h5file_close(file, &err));
    expect_rows(3);
    file = h5file_open(path, true, &err);
    must(file != NULL);
    expect_refused(open_to_write, busy);
    must(h5file_close(file, &err));
    ck_assert_int_ne(access(part, F_OK), 0);
}
END_TEST

Suite *h5store_suite(void);
Suite *h5store_suite(void) {
    Suite *suite = suite_create("h5store");
    TCase *tests = tcase_create("h5store");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, every_commit_is_whole_for_a_reader);
    tcase_add_test(tests, commits_of_many_rows_are_whole_for_a_reader);
    tcase_add_test(tests, a_row_that_is_begun_stays_behind_a_flush);
    tcase_add_test(tests, rollback_forgets_what_was_not_committed);
    tcase_add_test(tests, discard_leaves_the_last_commit);
    tcase_add_test(tests, a_sealed_file_has_places_for_what_was_declared_alone);
    tcase_add_test(tests, reading_asks_for_the_shape_that_is_expected);
    tcase_add_test(tests, rows_that_are_not_there_are_not_read_as_nan);
    tcase_add_test(tests, a_file_has_one_writer);
    suite_add_tcase(suite, tests);
    return suite;
}
