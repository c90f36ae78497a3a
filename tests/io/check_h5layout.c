/* SPDX-License-Identifier: GPL-3.0-or-later
 * How files are laid out: types of attributes, chunks, filters, dimension scales. */
#include "io/h5file.h"
#include "tests/io/h5files.h"
#include <check.h>
#include <hdf5.h>
#include <hdf5_hl.h>

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

Suite *h5layout_suite(void);
Suite *h5layout_suite(void) {
    Suite *suite = suite_create("h5layout");
    TCase *types = tcase_create("types and layout");
    tcase_add_checked_fixture(types, make_path, remove_path);
    tcase_add_test(types, attributes_have_the_types_that_viewers_read);
    tcase_add_test(types, chunks_and_filters_follow_the_layout);
    tcase_add_test(types, level_zero_has_no_filters);
    tcase_add_test(types, chunks_over_one_mebibyte_are_halved_along_y);
    tcase_add_test(types, old_readers_can_open_it_and_orders_are_kept);
    tcase_add_test(types, every_dimension_has_its_scale);
    suite_add_tcase(suite, types);
    return suite;
}
