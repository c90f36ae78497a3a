/* SPDX-License-Identifier: GPL-3.0-or-later
 * The file as other readers see it: asked through the HDF5 library itself. */
#include "io/h5file.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char path[] = "/tmp/check_h5file_XXXXXX";
static struct error err;

static void make_path(void) {
    strcpy(path + strlen(path) - 6, "XXXXXX");
    close(mkstemp(path));
    unlink(path);
}
static void remove_path(void) {
    unlink(path);
}

#define must(call) ck_assert_msg(call, "%s", err.message)

enum { NX = 6, NY = 4 };

/* time, x, y, a 1-D series, rows of cells, a static field. */
static struct h5file *make_file(int deflate) {
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

static void put_row(struct h5file *file, size_t row) {
    double p[NY * NX];
    for (int i = 0; i < NY * NX; i++)
        p[i] = (double)row + 0.01 * i;
    must(h5file_write_row(file, "density", row, p, &err));
    must(h5file_write_row(file, "mass", row, &p[3], &err));
    must(h5file_write_row_integer(file, "step", row, (int64_t)row * 10000000000, &err));
    must(h5file_write_row(file, "time", row, &p[0], &err));
}

/* ---- types ---- */

static void check_type(hid_t file, const char *object, const char *name, H5T_class_t class,
                       size_t size, H5S_class_t space_class) {
    const hid_t id = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_msg(id >= 0, "%s of %s", name, object);
    const hid_t type = H5Aget_type(id), space = H5Aget_space(id);
    ck_assert_int_eq(H5Tget_class(type), class);
    ck_assert_uint_eq(H5Tget_size(type), size);
    ck_assert_int_eq(H5Sget_simple_extent_type(space), space_class);
    if (class == H5T_STRING) {
        ck_assert_int_eq(H5Tis_variable_str(type), 0);
        ck_assert_int_eq(H5Tget_strpad(type), H5T_STR_NULLTERM);
        ck_assert_int_eq(H5Tget_cset(type), H5T_CSET_UTF8);
    } else {
        ck_assert_int_eq(H5Tget_order(type), H5T_ORDER_LE);
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(id);
}

START_TEST(attributes_have_the_types_that_viewers_read) {
    struct h5file *file = make_file(1);
    must(h5file_attribute_text(file, "/", "title", "t\xC3\xB6", &err));
    must(h5file_attribute_text(file, "/", "empty", "", &err));
    must(h5file_attribute_texts(file, "entry", "axes", (const char *[]){"time"}, 1, &err));
    must(h5file_attribute_real(file, "density", "error", 0.5, &err));
    must(h5file_attribute_integer(file, "/", "seed", 1, &err));
    must(h5file_attribute_index(file, "/", "format_version", 1, &err));
    must(h5file_text(file, "entry/config", "a: 1\n", &err));
    must(h5file_close(file, &err));
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    check_type(id, "/", "title", H5T_STRING, 4, H5S_SCALAR);
    check_type(id, "/", "empty", H5T_STRING, 1, H5S_SCALAR);
    check_type(id, "entry", "NX_class", H5T_STRING, 8, H5S_SCALAR);
    check_type(id, "entry", "axes", H5T_STRING, 5, H5S_SIMPLE);
    check_type(id, "density", "error", H5T_FLOAT, 8, H5S_SCALAR);
    check_type(id, "density", "_FillValue", H5T_FLOAT, 8, H5S_SCALAR);
    check_type(id, "/", "seed", H5T_INTEGER, 8, H5S_SCALAR);
    check_type(id, "/", "format_version", H5T_INTEGER, 4, H5S_SCALAR);
    ck_assert_int_eq(H5Aexists_by_name(id, "x", "_FillValue", H5P_DEFAULT), 0);
    const hid_t text = H5Dopen2(id, "entry/config", H5P_DEFAULT), type = H5Dget_type(text);
    ck_assert_uint_eq(H5Tget_size(type), 6);
    ck_assert_int_eq(H5Tis_variable_str(type), 0);
    H5Tclose(type);
    H5Dclose(text);
    H5Fclose(id);
}
END_TEST

/* ---- layout ---- */

struct layout {
    H5D_layout_t layout;
    hsize_t chunk[3];
    int filters;
    H5Z_filter_t filter[3];
    H5T_class_t class;
    size_t size;
};

static struct layout layout_of(hid_t file, const char *name) {
    struct layout l = {0};
    const hid_t id = H5Dopen2(file, name, H5P_DEFAULT), type = H5Dget_type(id);
    const hid_t creation = H5Dget_create_plist(id);
    unsigned order = 0;
    l.layout = H5Pget_layout(creation);
    if (l.layout == H5D_CHUNKED) H5Pget_chunk(creation, 3, l.chunk);
    l.filters = H5Pget_nfilters(creation);
    for (int i = 0; i < l.filters && i < 3; i++) {
        unsigned flags = 0, value[4];
        size_t n = 4;
        l.filter[i] =
            H5Pget_filter2(creation, (unsigned)i, &flags, &n, value, 0, NULL, NULL);
    }
    H5Pget_attr_creation_order(creation, &order);
    ck_assert_uint_eq(order, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    l.class = H5Tget_class(type);
    l.size = H5Tget_size(type);
    H5Tclose(type);
    H5Pclose(creation);
    H5Dclose(id);
    return l;
}

START_TEST(chunks_and_filters_follow_the_layout) {
    struct h5file *file = make_file(1);
    put_row(file, 0);
    must(h5file_close(file, &err));
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const H5Z_filter_t wanted[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE,
                                   H5Z_FILTER_FLETCHER32};
    struct layout l = layout_of(id, "density");
    ck_assert(l.layout == H5D_CHUNKED && l.chunk[0] == 1 && l.chunk[1] == NY &&
              l.chunk[2] == NX);
    ck_assert_int_eq(l.filters, 3);
    ck_assert_mem_eq(l.filter, wanted, sizeof wanted);
    l = layout_of(id, "stationary");
    ck_assert(l.layout == H5D_CHUNKED && l.chunk[0] == NY && l.filters == 3);
    l = layout_of(id, "mass");
    ck_assert(l.layout == H5D_CHUNKED && l.chunk[0] == 512 && l.filters == 0);
    l = layout_of(id, "step");
    ck_assert(l.class == H5T_INTEGER && l.size == 8 && l.filters == 0);
    l = layout_of(id, "bnds");
    ck_assert(l.class == H5T_INTEGER && l.size == 4 && l.layout == H5D_CONTIGUOUS);
    ck_assert(layout_of(id, "last").layout == H5D_CONTIGUOUS);
    ck_assert(layout_of(id, "x").layout == H5D_CONTIGUOUS);
    H5Fclose(id);
}
END_TEST

START_TEST(level_zero_has_no_filters) {
    struct h5file *file = make_file(0);
    must(h5file_close(file, &err));
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_eq(layout_of(id, "density").filters, 0);
    H5Fclose(id);
}
END_TEST

START_TEST(chunks_over_one_mebibyte_are_halved_along_y) {
    struct h5file *file = make_file(1);
    const struct h5_array axis[] = {
        {.name = "wide", .layout = H5_FIXED, .rank = 1, .shape = {1000}, .scale = true}};
    const struct h5_array big = {.name = "map",
                                 .layout = H5_ROWS,
                                 .rank = 2,
                                 .shape = {1000, 1000},
                                 .axes = {"wide", "wide"}};
    must(h5file_define(file, axis, &err));
    must(h5file_define(file, &big, &err));
    must(h5file_close(file, &err));
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const struct layout l = layout_of(id, "map"); /* 8 MB -> 1000, 500, 250, 125 lines */
    ck_assert(l.chunk[0] == 1 && l.chunk[1] == 125 && l.chunk[2] == 1000);
    H5Fclose(id);
}
END_TEST

START_TEST(old_readers_can_open_it_and_orders_are_kept) {
    must(h5file_close(make_file(1), &err));
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t root = H5Gopen2(id, "/", H5P_DEFAULT), creation = H5Gget_create_plist(root);
    unsigned super = 9, order = 0;
    H5F_info2_t info;
    ck_assert_int_ge(H5Fget_info2(id, &info), 0);
    super = info.super.version;
    ck_assert_uint_eq(super, 0);
    H5Pget_link_creation_order(creation, &order);
    ck_assert_uint_eq(order, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    char name[32];
    H5Lget_name_by_idx(id, "/", H5_INDEX_CRT_ORDER, H5_ITER_INC, 1, name, sizeof name,
                       H5P_DEFAULT);
    ck_assert_str_eq(name, "time");
    H5Pclose(creation);
    H5Gclose(root);
    H5Fclose(id);
}
END_TEST

START_TEST(every_dimension_has_its_scale) {
    must(h5file_close(make_file(1), &err));
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const char *axes[] = {"time", "y", "x"};
    const hid_t density = H5Dopen2(id, "density", H5P_DEFAULT);
    for (unsigned d = 0; d < 3; d++) {
        const hid_t scale = H5Dopen2(id, axes[d], H5P_DEFAULT);
        ck_assert_int_eq(H5DSis_attached(density, scale, d), 1);
        H5Dclose(scale);
    }
    H5Dclose(density);
    H5Fclose(id);
}
END_TEST

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
    TCase *types = tcase_create("types and layout");
    tcase_add_checked_fixture(types, make_path, remove_path);
    tcase_add_test(types, attributes_have_the_types_that_viewers_read);
    tcase_add_test(types, chunks_and_filters_follow_the_layout);
    tcase_add_test(types, level_zero_has_no_filters);
    tcase_add_test(types, chunks_over_one_mebibyte_are_halved_along_y);
    tcase_add_test(types, old_readers_can_open_it_and_orders_are_kept);
    tcase_add_test(types, every_dimension_has_its_scale);
    suite_add_tcase(suite, types);
    TCase *rows = tcase_create("rows");
    tcase_add_checked_fixture(rows, make_path, remove_path);
    tcase_add_test(rows, rows_come_back);
    tcase_add_test(rows, rows_are_written_in_order_and_once);
    tcase_add_test(rows, trim_cuts_all_rows_and_writing_goes_on);
    tcase_add_test(rows, attributes_can_be_replaced_and_read);
    tcase_add_test(rows, columns_of_texts_have_variable_length_and_a_scale);
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
