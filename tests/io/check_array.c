/* SPDX-License-Identifier: GPL-3.0-or-later
 * Data sets of HDF5 files as arrays, of any real type and shape; the line that the rest gets. */
#include "io/array.h"
#include <check.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/check_array_XXXXXX";
static struct error err;

static void write_dataset(hid_t file, const char *name, hid_t type, int rank,
                          const hsize_t *shape) {
    const hid_t space = H5Screate_simple(rank, shape, NULL);
    H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
}

/* Declared, not written: chunks that take no place on the disk. */
static void write_huge(hid_t file, const char *name) {
    const hsize_t shape[2] = {1000000, 1000000}, chunk[2] = {1000, 1000};
    const hid_t space = H5Screate_simple(2, shape, NULL), p = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(p, 2, chunk);
    H5Dclose(H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, p, H5P_DEFAULT));
    H5Pclose(p);
    H5Sclose(space);
}

static void make_file(void) {
    const double x[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const float y[3] = {4, 5, 6.5F};
    const int k[3] = {7, 8, 9};
    const double odd[12] = {1, 1, 1, 1, 1, 1, (double)NAN, 1, 1, 1, 1, (double)INFINITY};
    close(mkstemp(path));
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(H5Gcreate2(file, "line", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5LTmake_dataset_double(file, "line/row", 2, (const hsize_t[]){1, 3}, x);
    H5LTmake_dataset_float(file, "line/column", 2, (const hsize_t[]){3, 1}, y);
    H5LTmake_dataset_int(file, "whole", 1, (const hsize_t[]){3}, k);
    H5LTmake_dataset_double(file, "matrix", 2, (const hsize_t[]){4, 3}, x);
    H5LTmake_dataset_double(file, "cube", 3, (const hsize_t[]){2, 3, 2}, x);
    H5LTmake_dataset_double(file, "odd", 2, (const hsize_t[]){4, 3}, odd);
    H5LTmake_dataset_double(file, "odd_cube", 3, (const hsize_t[]){2, 3, 2}, odd);
    H5LTmake_dataset_double(file, "odd_vector", 1, (const hsize_t[]){12}, odd);
    H5LTmake_dataset_double(file, "deep", 4, (const hsize_t[]){1, 3, 2, 2}, x);
    H5LTmake_dataset_string(file, "name", "Anna");
    const hsize_t two = 2, none = 0;
    const hid_t text = H5Tcopy(H5T_C_S1), complex = H5Tcreate(H5T_COMPOUND, 16);
    H5Tset_size(text, 8);
    H5Tinsert(complex, "r", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(complex, "i", 8, H5T_NATIVE_DOUBLE);
    const hid_t truth = H5Tenum_create(H5T_NATIVE_INT8);
    H5Tenum_insert(truth, "FALSE", &(signed char){0});
    H5Tenum_insert(truth, "TRUE", &(signed char){1});
    write_dataset(file, "texts", text, 1, &two);
    write_dataset(file, "complex", complex, 1, &two);
    write_dataset(file, "truth", truth, 1, &two);
    write_dataset(file, "empty", H5T_NATIVE_DOUBLE, 1, &none);
    write_huge(file, "huge");
    H5Tclose(text);
    H5Tclose(complex);
    H5Tclose(truth);
    H5Fclose(file);
}

static void remove_file(void) {
    unlink(path);
    strcpy(path + strlen(path) - 6, "XXXXXX");
}

static void read_as(const char *dataset, const char *shape, size_t k, double value) {
    struct array a;
    char text[ARRAY_SHAPE];
    ck_assert_msg(array_read_hdf5(&a, path, dataset, &err), "%s", err.message);
    ck_assert_str_eq(array_shape(&a, text), shape);
    ck_assert(a.value[k] == value);
    array_finish(&a);
}

START_TEST(any_real_type_and_shape_is_read) {
    read_as("line/row", "1 x 3", 2, 3);
    read_as("/line/column", "3 x 1", 2, 6.5);
    read_as("whole", "3", 0, 7);
    read_as("matrix", "4 x 3", 3, 4);
    read_as("cube", "2 x 3 x 2", 11, 12);
}
END_TEST

static const char *const broken[][2] = {
    {"missing",
     "no data set 'missing'; the file has complex, cube, deep, empty, huge, line/"},
    {"none/missing", "no data set 'none/missing'; the file has "},
    {"", "no data set ''; the file has "},
    {"line", "'line' is a group, not a data set; it holds column, row"},
    {"name", "data set 'name' has 0 dimensions; a table has one to 3"},
    {"deep", "data set 'deep' has 4 dimensions; a table has one to 3"},
    {"texts", "data set 'texts' holds no real numbers, but text"},
    {"complex", "data set 'complex' holds no real numbers, but compound values"},
    {"truth", "data set 'truth' holds no real numbers, but named values"},
    {"empty", "'empty' is empty"},
    {"huge", "'huge' is 1000000 x 1000000; a table has at most 20000000 numbers"},
    {"odd", "'odd', row 3, column 1: not a finite number (nan)"},
    {"odd_cube", "'odd_cube', block 2, row 1, column 1: not a finite number (nan)"},
    {"odd_vector", "'odd_vector', row 7: not a finite number (nan)"},
};

START_TEST(what_is_no_array_is_told) {
    struct array a;
    ck_assert(!array_read_hdf5(&a, path, broken[_i][0], &err));
    array_finish(&a);
    ck_assert_msg(strstr(err.message, broken[_i][1]) != NULL, "%s", err.message);
    ck_assert(strncmp(err.message, path, strlen(path)) == 0);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
}
END_TEST

START_TEST(arrays_are_found_by_name) {
    const double v[6] = {1, 2, 3, 4, 5, (double)NAN};
    char text[30];
    struct arrays *list = arrays_create(&err);
    ck_assert(arrays_add(list, "a", 1, (const size_t[]){4}, v, &err));
    ck_assert(arrays_add(list, "bb", 2, (const size_t[]){1, 5}, v, &err));
    ck_assert(!arrays_add(list, "a", 1, (const size_t[]){4}, v, &err));
    ck_assert_str_eq(err.message, "an array 'a' was given before");
    ck_assert(!arrays_add(list, "c", 2, (const size_t[]){2, 3}, v, &err));
    ck_assert_str_eq(err.message, "'c', row 2, column 3: not a finite number (nan)");
    ck_assert(!arrays_add(list, "c", 4, (const size_t[]){1, 1, 1, 1}, v, &err));
    ck_assert(!arrays_add(list, "c", 2, (const size_t[]){SIZE_MAX, SIZE_MAX}, v, &err));
    ck_assert(arrays_find(list, "c") == NULL && arrays_find(NULL, "a") == NULL);
    ck_assert(arrays_find(list, "bb")->value[4] == 5);
    ck_assert(arrays_find(list, "bb")->value != v &&
              array_is_vector(arrays_find(list, "bb")));
    ck_assert_str_eq(arrays_names(list, text, sizeof text), "a, bb");
    arrays_destroy(list);
}
END_TEST

/* Without memory the list stays as it was. */
START_TEST(a_list_grows_and_keeps_what_it_has) {
    const size_t many = 1000;
    size_t *list = NULL, room = 0, refused = 0;
    for (size_t k = 0; k < many; k++) {
        const size_t before = room;
        array_fail_at(1);
        if (array_grow(list, k, &room, sizeof *list, &err) == NULL) {
            ck_assert_uint_eq(room, before);
            ck_assert_int_eq(err.kind, ERROR_MEMORY);
            refused++;
        }
        array_fail_at(0);
        size_t *wider = array_grow(list, k, &room, sizeof *list, &err);
        ck_assert(wider != NULL && room > k && (room == before || wider != list));
        list = wider;
        for (size_t behind = k; behind < room && room != before; behind++)
            ck_assert_uint_eq(list[behind], 0);
        list[k] = k * k;
    }
    for (size_t k = 0; k < many; k++)
        ck_assert_uint_eq(list[k], k * k);
    ck_assert_uint_eq(refused, 5); /* 64, 128, 256, 512, 1024 */
    free(list);
}
END_TEST

Suite *array_suite(void);
Suite *array_suite(void) {
    Suite *suite = suite_create("array");
    TCase *t = tcase_create("arrays");
    tcase_add_checked_fixture(t, make_file, remove_file);
    tcase_add_test(t, any_real_type_and_shape_is_read);
    tcase_add_loop_test(t, what_is_no_array_is_told, 0,
                        (int)(sizeof broken / sizeof *broken));
    tcase_add_test(t, arrays_are_found_by_name);
    tcase_add_test(t, a_list_grows_and_keeps_what_it_has);
    suite_add_tcase(suite, t);
    return suite;
}
