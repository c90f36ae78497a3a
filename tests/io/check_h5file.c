/* SPDX-License-Identifier: GPL-3.0-or-later
 * The file as other readers see it: asked through the HDF5 library itself. */
#include "io/h5file.h"
#include "tests/io/h5files.h"
#include <check.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* ---- rows ---- */

START_TEST(rows_come_back) {
    struct h5file *file = make_file(1);
    for (size_t r = 0; r < 5; r++)
        put_row(file, r);
    must(h5file_close(file, &err));
    must((file = h5file_open(path, false, &err)) != NULL);
    double p[NY * NX], all[5], value;
    size_t size;
    for (size_t r = 0; r < 5; r++) {
        must(h5file_read_row(file, "density", r, p, NX * NY, &err));
        for (int i = 0; i < NY * NX; i++)
            ck_assert(p[i] == (double)r + 0.01 * i);
        must(h5file_read_row(file, "step", r, &value, 1, &err));
        ck_assert(value == (double)r * 1e10);
    }
    must(h5file_read(file, "mass", all, 5, &err));
    ck_assert(all[4] == 4.03);
    must(h5file_size(file, "density", &size, &err));
    ck_assert_uint_eq(size, 5 * NX * NY);
    ck_assert(!h5file_read_row(file, "density", 5, p, NX * NY, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "'density' has 5 rows, no row 5"));
    ck_assert(h5file_has(file, "entry") && h5file_has(file, "/") && h5file_has(file, "/x"));
    ck_assert(!h5file_has(file, "nothing") && !h5file_has(file, "nothing/below"));
    must(h5file_close(file, &err));
}
END_TEST

START_TEST(rows_are_written_in_order_and_once) {
    struct h5file *file = make_file(1);
    double p[NY * NX] = {0};
    put_row(file, 0);
    ck_assert(!h5file_write_row(file, "density", 2, p, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "before row 1"));
    ck_assert(!h5file_write_row(file, "density", 0, p, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "written already"));
    ck_assert(!h5file_write_row(file, "x", 0, p, &err));
    must(h5file_close(file, &err));
}
END_TEST

START_TEST(trim_cuts_all_rows_and_writing_goes_on) {
    struct h5file *file = make_file(1);
    double p[NY * NX];
    size_t size;
    for (size_t r = 0; r < 600; r++)
        put_row(file, r); /* more than one chunk of a series */
    must(h5file_close(file, &err));
    must((file = h5file_open(path, true, &err)) != NULL);
    must(h5file_trim(file, 3, &err));
    put_row(file, 3);
    must(h5file_close(file, &err));
    must((file = h5file_open(path, false, &err)) != NULL);
    must(h5file_size(file, "mass", &size, &err));
    ck_assert_uint_eq(size, 4);
    must(h5file_size(file, "x", &size, &err));
    ck_assert_uint_eq(size, NX);
    must(h5file_read_row(file, "density", 3, p, NX * NY, &err));
    ck_assert(p[1] == 3.01);
    must(h5file_close(file, &err));
    must((file = h5file_open(path, true, &err)) != NULL);
    ck_assert(!h5file_trim(file, 9, &err));
    must(h5file_close(file, &err));
}
END_TEST

START_TEST(attributes_can_be_replaced_and_read) {
    struct h5file *file = make_file(1);
    char *text = NULL;
    double value = 0;
    must(h5file_attribute_text(file, "/", "status", "running", &err));
    must(h5file_attribute_text(file, "/", "status", "complete", &err));
    must(h5file_attribute_integer(file, "/", "count", 1, &err));
    must(h5file_attribute_real(file, "/", "count", 2.5, &err));
    must(h5file_text(file, "note", "two\nlines", &err));
    must(h5file_link(file, "note", "entry/note", &err));
    must(h5file_read_attribute_text(file, "/", "status", &text, &err));
    ck_assert_str_eq(text, "complete");
    free(text);
    must(h5file_read_attribute_real(file, "/", "count", &value, &err));
    ck_assert(value == 2.5);
    must(h5file_read_text(file, "entry/note", &text, &err));
    ck_assert_str_eq(text, "two\nlines");
    free(text);
    ck_assert(!h5file_read_attribute_text(file, "/", "nothing", &text, &err));
    ck_assert(!h5file_read_attribute_text(file, "/", "count", &text, &err));
    ck_assert(!h5file_read_attribute_real(file, "/", "status", &value, &err));
    ck_assert(!h5file_read_text(file, "x", &text, &err));
    ck_assert(!h5file_link(file, "nothing", "entry/nothing", &err));
    must(h5file_close(file, &err));
}
END_TEST

/* ---- refusals ---- */

START_TEST(columns_of_texts_have_variable_length_and_a_scale) {
    static const char *const text[NY] = {"a", "", "four", "gr\u00F6\u00DFer"};
    const struct h5_array words = {.name = "words",
                                   .layout = H5_FIXED,
                                   .text = true,
                                   .rank = 1,
                                   .shape = {NY},
                                   .axes = {"y"}};
    struct h5file *file = make_file(1);
    char *found[NY];
    must(h5file_define(file, &words, &err));
    must(h5file_write_texts(file, "words", text, &err));
    must(h5file_close(file, &err));
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t set = H5Dopen2(id, "words", H5P_DEFAULT), type = H5Dget_type(set);
    const hid_t space = H5Dget_space(set);
    ck_assert_int_gt(H5Tis_variable_str(type), 0);
    ck_assert_int_eq(H5Tget_cset(type), H5T_CSET_UTF8);
    ck_assert_int_eq(H5DSget_num_scales(set, 0), 1);
    ck_assert_int_ge(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, found), 0);
    for (int k = 0; k < NY; k++)
        ck_assert_str_eq(found[k], text[k]);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, found);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(set);
    H5Fclose(id);
}
END_TEST

START_TEST(texts_are_read_back_and_only_where_there_are_so_many) {
    static const char *const text[NY] = {"a", "", "four", "gr\u00F6\u00DFer"};
    const struct h5_array words = {.name = "words",
                                   .layout = H5_FIXED,
                                   .text = true,
                                   .rank = 1,
                                   .shape = {NY},
                                   .axes = {"y"}};
    struct h5_extent extent;
    char *found[NY + 1] = {NULL};
    struct h5file *file = make_file(1);
    must(h5file_define(file, &words, &err));
    must(h5file_write_texts(file, "words", text, &err));
    must(h5file_extent(file, "words", &extent, &err));
    ck_assert(extent.text && !extent.integer && extent.shape[0] == NY);
    must(h5file_read_texts(file, "words", found, NY, &err));
    for (int k = 0; k < NY; k++) {
        ck_assert_str_eq(found[k], text[k]);
        free(found[k]);
    }
    ck_assert(!h5file_read_texts(file, "words", found, NY + 1, &err));
    ck_assert(!h5file_read_texts(file, "y", found, NY, &err));
    ck_assert_str_eq(strrchr(err.message, ':'), ": 'y' has no 4 texts");
    must(h5file_close(file, &err));
}
END_TEST

/* Appends "name " or "name! " for a text; stops at "last". */
static bool note_attribute(void *context, const char *name, bool text, struct error *e) {
    char *list = context;
    strcat(strcat(list, name), text ? "! " : " ");
    return strcmp(name, "last") != 0 || fail(e, ERROR_RUN, "at last");
}

START_TEST(attributes_are_visited_in_the_order_of_creation) {
    struct h5file *file = make_file(1);
    char list[200] = "";
    must(h5file_attribute_text(file, "entry", "z", "t", &err));
    must(h5file_attribute_real(file, "entry", "a", 1, &err));
    must(h5file_attribute_texts(file, "entry", "two", (const char *[]){"p", "q"}, 2, &err));
    must(h5file_attribute_integer(file, "entry", "last", 1, &err));
    ck_assert(h5file_each_attribute(file, "y", note_attribute, list, &err));
    ck_assert_str_eq(list, "CLASS! NAME! "); /* and not the list of references */
    list[0] = '\0';
    ck_assert(!h5file_each_attribute(file, "entry", note_attribute, list, &err));
    ck_assert_str_eq(err.message, "at last");
    ck_assert_str_eq(list, "NX_class! z! a last ");
    ck_assert(!h5file_each_attribute(file, "nothing", note_attribute, list, &err));
    ck_assert_int_eq(err.kind, ERROR_FILE);
    must(h5file_close(file, &err));
}
END_TEST

START_TEST(existing_files_are_kept_unless_forced) {
    must(h5file_close(make_file(1), &err));
    ck_assert_ptr_null(h5file_create(path, false, 1, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "exists already; --force"));
    ck_assert_int_eq(err.kind, ERROR_FILE);
    struct h5file *file = h5file_create(path, true, 1, &err);
    must(file != NULL);
    ck_assert(!h5file_has(file, "density"));
    must(h5file_close(file, &err));
}
END_TEST

START_TEST(force_never_overwrites_what_is_no_result) {
    FILE *stream = fopen(path, "w");
    fputs("model: {drift: -w}\n", stream);
    fclose(stream);
    ck_assert_ptr_null(h5file_create(path, true, 1, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "is no HDF5 file: not overwritten"));
    ck_assert_ptr_null(h5file_open(path, false, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "cannot be opened as HDF5"));
    fclose(fopen(path, "w")); /* an empty file is what a run killed at once leaves */
    struct h5file *file = h5file_create(path, true, 1, &err);
    must(file != NULL);
    must(h5file_close(file, &err));
    ck_assert_ptr_null(h5file_create("/nowhere/run.h5", false, 1, &err));
    ck_assert_str_eq(err.message,
                     "/nowhere/run.h5: cannot be created: No such file or directory");
    ck_assert_ptr_null(h5file_open("/nowhere/run.h5", false, &err));
    ck_assert_str_eq(err.message, "cannot open /nowhere/run.h5: No such file or directory");
    must(h5file_close(NULL, &err));
}
END_TEST

/* A file-size limit stands for a full disk. */
START_TEST(a_full_disk_is_an_error_not_a_crash) {
    const struct rlimit limit = {64 << 10, 64 << 10};
    signal(SIGXFSZ, SIG_IGN);
    struct h5file *file = make_file(0);
    setrlimit(RLIMIT_FSIZE, &limit);
    double p[NY * NX] = {1};
    bool good = true;
    for (size_t r = 0; r < 1000 && good; r++)
        good = h5file_write_row(file, "density", r, p, &err) && h5file_flush(file, &err);
    ck_assert(!good);
    ck_assert_msg(strstr(err.message, "File too large") != NULL, "%s", err.message);
    ck_assert_int_eq(err.kind, ERROR_FILE);
    (void)!h5file_close(file, &err);
}
END_TEST

START_TEST(every_failed_allocation_is_reported) {
    for (size_t n = 1;; n++) {
        array_fail_at(n);
        err.kind = ERROR_NONE;
        struct h5file *file = h5file_create(path, true, 1, &err);
        const bool good =
            file != NULL &&
            h5file_define(file,
                          &(struct h5_array){.name = "x",
                                             .layout = H5_FIXED,
                                             .rank = 1,
                                             .shape = {3},
                                             .scale = true},
                          &err) &&
            h5file_attribute_texts(file, "x", "a", (const char *[]){"b"}, 1, &err);
        array_fail_at(0);
        struct error ignored;
        must(h5file_close(file, &ignored));
        if (good) {
            ck_assert_uint_gt(n, 4);
            return;
        }
        ck_assert_int_eq(err.kind, ERROR_MEMORY);
    }
}
END_TEST

Suite *h5file_suite(void);
Suite *h5file_suite(void) {
    Suite *suite = suite_create("h5file");
    TCase *rows = tcase_create("rows");
    tcase_add_checked_fixture(rows, make_path, remove_path);
    tcase_add_test(rows, rows_come_back);
    tcase_add_test(rows, rows_are_written_in_order_and_once);
    tcase_add_test(rows, trim_cuts_all_rows_and_writing_goes_on);
    tcase_add_test(rows, attributes_can_be_replaced_and_read);
    tcase_add_test(rows, columns_of_texts_have_variable_length_and_a_scale);
    tcase_add_test(rows, texts_are_read_back_and_only_where_there_are_so_many);
    tcase_add_test(rows, attributes_are_visited_in_the_order_of_creation);
    suite_add_tcase(suite, rows);
    TCase *refusals = tcase_create("refusals");
    tcase_add_checked_fixture(refusals, make_path, remove_path);
    tcase_add_test(refusals, existing_files_are_kept_unless_forced);
    tcase_add_test(refusals, force_never_overwrites_what_is_no_result);
    tcase_add_test(refusals, a_full_disk_is_an_error_not_a_crash);
    tcase_add_test(refusals, every_failed_allocation_is_reported);
    suite_add_tcase(suite, refusals);
    return suite;
}
