/* SPDX-License-Identifier: GPL-3.0-or-later
 * The output file: names and labels, groups, whole rows. How viewers take it is asked in
 * tests/viewers. */
#include "io/h5file.h"
#include "solver/file/record_fields.h"
#include "tests/solver/file/record_files.h"
#include "tests/solver/synthetic_run.h"
#include <check.h>
#include <unistd.h>

/* ---- names ---- */

START_TEST(labels_and_units_follow_from_the_name_1d) {
    static const char *const expected[][3] = {
        {"time", "time (s)", "s"},
        {"w", "w (um)", "um"},
        {"w_edge", "w (um)", "um"},
        {"x", "w (um)", "um"},
        {"density", "probability density p (um-1)", "um-1"},
        {"last_density", "probability density, last snapshot (um-1)", "um-1"},
        {"flux", "probability current J (s-1)", "s-1"},
        {"drift", "drift b (um s-1)", "um s-1"},
        {"diffusion", "diffusion D (um2 s-1)", "um2 s-1"},
        {"variance_x", "variance of w (um2)", "um2"},
        {"mass_in_left", "mass in left", "1"},
        {"mc_mean_x", "mean of w, walkers (um)", "um"},
        {"mc_mean_x_errors", "standard error, mean of w, walkers (um)", "um"},
        {"mc_sde_mass_in_left", "mass in left, SDE walkers", "1"},
        {"wall_time", "wall time (s)", "s"},
        {"observed_gap", "gap of the sample", "1"},
    };
    write_file(1);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        expect_attribute(expected[i][0], "long_name", expected[i][1]);
        expect_attribute(expected[i][0], "units", expected[i][2]);
    }
    expect_attribute("density", "interpretation", "spectrum");
    expect_attribute("density", "cell_methods", "time: point w: mean");
    expect_attribute("mc_histogram", "ancillary_variables", "mc_histogram_errors");
    expect_attribute("/", "status", "running");
    expect_attribute("/", "history", "2021-03-04T05:06:07Z: fokker run a.yaml");
}
END_TEST

START_TEST(labels_and_units_follow_from_the_name_2d) {
    static const char *const expected[][3] = {
        {"theta", "theta", "1"},
        {"y", "theta", "1"},
        {"density", "probability density p (um-1)", "um-1"},
        {"flux_x", "probability current along w (s-1)", "s-1"},
        {"flux_y", "probability current along theta (um-1 s-1)", "um-1 s-1"},
        {"marginal_y", "marginal density of theta", "1"},
        {"diffusion_xy", "diffusion D_xy (um s-1)", "um s-1"},
        {"variance_xy", "covariance of w and theta (um)", "um"},
    };
    write_file(1);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        expect_attribute(expected[i][0], "long_name", expected[i][1]);
        expect_attribute(expected[i][0], "units", expected[i][2]);
    }
    expect_attribute("density", "interpretation", "image");
    expect_attribute("marginal_x", "interpretation", "spectrum");
    expect_attribute("density", "cell_methods", "time: point theta: mean w: mean");
}
END_TEST

/* A face is along x or along y: its length has a unit where both have the same. */
START_TEST(what_is_of_x_or_of_y_has_the_unit_of_both) {
    static const struct quantity length = {
        "length", {RECORD_NONE, RECORD_VALUE}, {0, 0, 0}, "length", quantity_x_or_y, NULL};
    static const char *const cases[][3] = {
        {"um", "um", "um"}, {"um", "s", "1"}, {"um", NULL, "1"}, {NULL, NULL, "1"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct record_header header = synthetic_header;
        struct field field;
        header.unit[0] = cases[k][0], header.unit[1] = cases[k][1];
        must(field_create(&field, &(struct record_field){.quantity = &length}, run.grid,
                          &(struct axis_names){.dims = 2}, &header, &err));
        ck_assert_str_eq(field.array.units, cases[k][2]);
        field_finish(&field);
    }
}
END_TEST

static const struct quantity before_density = {
    "covariance", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "c", NULL, NULL};
static const struct quantity with_blanks = {
    "mass of x", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "c", NULL, NULL};
static const struct quantity of_faces_in_1d = {
    "wide", {RECORD_X_FACES, RECORD_X_FACES}, {0, 0, 0}, "w", NULL, NULL};

START_TEST(undeclarable_fields_are_refused) {
    const struct {
        struct record_field field;
        const char *message;
    } cases[] = {
        {{.quantity = &before_density},
         "field 'covariance' must come after 'density' in the alphabet"},
        {{.quantity = &with_blanks},
         "field 'mass of x': only letters, digits and _ can name a dataset"},
        {synthetic_field("flux_x"), "field 'flux_x' is not known in 1-D"},
        {{synthetic_quantity("flux_x"), {"mc_sgd", "SGD walkers", NULL, false}},
         "field 'mc_sgd_flux_x' is not known in 1-D"},
        {{.quantity = &of_faces_in_1d}, "field 'wide' is not known in 1-D"},
        {synthetic_field("density"), "field 'density' is declared twice"},
        {{synthetic_quantity("mass"), {NULL, "walkers", NULL, false}},
         "field 'mass' is declared twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct record_field three[] = {synthetic_field("mass"),
                                             synthetic_field("density"), cases[i].field};
        struct record *record =
            record_create(path, true, run.grid, &synthetic_header, three, 3, &err);
        ck_assert_ptr_null(record);
        ck_assert_str_eq(err.message, cases[i].message);
    }
    const struct record_field none = synthetic_field("mass");
    ck_assert_ptr_null(
        record_create(path, true, run.grid, &synthetic_header, &none, 1, &err));
    ck_assert_str_eq(err.message, "field 'density' is not declared");
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_ne(access(part_path, F_OK), 0);
}
END_TEST

/* ---- groups ---- */

START_TEST(groups_exist_where_their_signal_does) {
    const struct record_field few[] = {
        synthetic_field("density"),
        synthetic_field("loss"),
        synthetic_field("mass"),
        {synthetic_quantity("histogram"), {"mc_sgd", "SGD walkers", NULL, false}}};
    struct record *record =
        record_create(path, true, run.grid, &synthetic_header, few, 4, &err);
    must(record != NULL);
    synthetic_density(&run, 0);
    must(record_static(record, "loss", run.p, &err));
    must(record_row_put(record, "density", run.p, &err));
    must(record_row_put(record, "mc_sgd_histogram", run.p, &err));
    must(record_row_value(record, "mass", 1, &err));
    must(record_commit(record, 0, &err));
    must(record_close(record, &err));
    struct h5file *file = h5file_open(path, false, &err);
    must(file != NULL);
    ck_assert(h5file_has(file, "entry/density/density"));
    ck_assert(h5file_has(file, "entry/density/w"));
    ck_assert(h5file_has(file, "entry/stationary/last_density"));
    ck_assert(h5file_has(file, "entry/monte_carlo_sgd/density"));
    ck_assert(h5file_has(file, "entry/process/config"));
    ck_assert(!h5file_has(file, "entry/coefficients"));
    ck_assert(!h5file_has(file, "entry/diagnostics"));
    ck_assert(!h5file_has(file, "entry/flux"));
    ck_assert(!h5file_has(file, "entry/regions"));
    must(h5file_close(file, &err));
    expect_attribute("entry/monte_carlo_sgd", "signal", "mc_sgd_histogram");
}
END_TEST

/* ---- rows ---- */

START_TEST(rows_come_back_while_writing_and_later) {
    double p[NX * NY];
    struct record *record = create_with_rows(7);
    ck_assert_uint_eq(record_rows(record), 7);
    for (size_t r = 0; r < 7; r++) {
        synthetic_density(&run, r);
        must(record_read_row(record, "density", r, p, &err));
        ck_assert_mem_eq(p, run.p, run.grid->cells * sizeof *p);
        must(record_read_row(record, "step", r, p, &err));
        ck_assert(p[0] == 100.0 * (double)r);
    }
    must(record_close(record, &err));
    struct h5file *file = h5file_open(path, false, &err);
    must(file != NULL);
    must(h5file_read(file, "last_density", p, run.grid->cells, &err));
    ck_assert_mem_eq(p, run.p, run.grid->cells * sizeof *p);
    must(h5file_close(file, &err));
}
END_TEST

START_TEST(a_row_that_is_not_committed_is_forgotten) {
    struct record *record = create_with_rows(3);
    must(record_row_put(record, "density", run.p, &err));
    must(record_status(record, "failed", &err));
    must(record_close(record, &err));
    ck_assert_uint_eq(rows_of("density"), 3);
    expect_attribute("/", "status", "failed");
}
END_TEST

START_TEST(a_row_is_complete_or_refused) {
    double p[NX * NY] = {0};
    struct record *record = create(true);
    must(record != NULL);
    ck_assert(!record_commit(record, 0, &err));
    ck_assert_str_eq(err.message, "field 'density' is missing in row 0");
    must(synthetic_statics(&run, record, &err));
    ck_assert(!record_static(record, "loss", p, &err));
    ck_assert_str_eq(err.message, "field 'loss' is written already");
    ck_assert(!record_static(record, "density", p, &err));
    ck_assert(!record_row_put(record, "loss", p, &err));
    ck_assert(!record_row_put(record, "last_density", p, &err));
    ck_assert(!record_row_put(record, "nothing", p, &err));
    ck_assert_str_eq(err.message, "field 'nothing' is not declared with rows");
    must(record_row_put(record, "density", p, &err));
    ck_assert(!record_row_put(record, "density", p, &err));
    ck_assert_str_eq(err.message, "field 'density' is in row 0 already");
    ck_assert(!record_commit(record, 0, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    must(record_close(record, &err));
}
END_TEST

START_TEST(static_fields_come_before_the_first_row) {
    const struct record_field two[] = {synthetic_field("density"), synthetic_field("loss")};
    struct record *record =
        record_create(path, true, run.grid, &synthetic_header, two, 2, &err);
    must(record != NULL);
    must(record_row_put(record, "density", run.p, &err));
    ck_assert(!record_commit(record, 0, &err));
    ck_assert_str_eq(err.message, "field 'loss' is missing in row 0");
    must(record_close(record, &err));
}
END_TEST

START_TEST(numbers_that_are_none_are_refused_or_explained) {
    struct record *record = create(true);
    must(record != NULL);
    must(synthetic_statics(&run, record, &err));
    synthetic_density(&run, 0);
    run.p[3] = (double)NAN;
    ck_assert(!record_row_put(record, "density", run.p, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    ck_assert_msg(strstr(err.message, "'density' is nan in snapshot 0") != NULL, "%s",
                  err.message);
    ck_assert(!record_row_value(record, "mass", (double)INFINITY, &err));
    ck_assert(!record_attribute_real(record, "/", "spread", (double)NAN, &err));
    must(record_attribute_or(record, "/", "spread", 2, "unused", &err));
    must(record_close(record, &err));

    record = create(true);
    must(synthetic_statics(&run, record, &err));
    must(record_attribute_or(record, "/", "width", (double)NAN, "no width", &err));
    must(synthetic_row(&run, record, 0, &err));
    ck_assert_ptr_null(record_filled(record));
    must(record_row_fill(record, "mean_x", "no mass", &err));
    ck_assert_str_eq(record_filled(record), "no mass");
    must(record_close(record, &err));
    char *why = attribute("/", "width_undefined");
    ck_assert_str_eq(why, "no width");
    free(why);
}
END_TEST

START_TEST(time_grows) {
    const struct record_field one = synthetic_field("density");
    struct record *record =
        record_create(path, true, run.grid, &synthetic_header, &one, 1, &err);
    must(record_row_put(record, "density", run.p, &err));
    must(record_commit(record, 2, &err));
    must(record_row_put(record, "density", run.p, &err));
    ck_assert(!record_commit(record, 2, &err));
    ck_assert_str_eq(err.message, "row 1 at time 2 comes after time 2");
    must(record_commit(record, 2.5, &err));
    must(record_close(record, &err));
}
END_TEST

START_TEST(nothing_appears_and_nothing_is_lost_before_the_first_row) {
    write_file(3);
    ck_assert_ptr_null(create(false));
    ck_assert_ptr_nonnull(strstr(err.message, "exists already"));
    struct record *record = create(true);
    must(record != NULL);
    must(synthetic_statics(&run, record, &err));
    ck_assert_uint_eq(rows_of("time"), 3);
    must(record_close(record, &err)); /* failed before any row */
    ck_assert_uint_eq(rows_of("time"), 3);
    ck_assert_int_ne(access(part_path, F_OK), 0);
    record = create_with_rows(1);
    ck_assert_uint_eq(rows_of("time"), 1);
    must(record_close(record, &err));
}
END_TEST

Suite *record_suite(void);
Suite *record_suite(void) {
    Suite *suite = suite_create("record");
    TCase *one = add_case(suite, "1-D", set_up_1d),
          *two = add_case(suite, "2-D", set_up_2d);
    tcase_add_test(one, labels_and_units_follow_from_the_name_1d);
    tcase_add_test(two, labels_and_units_follow_from_the_name_2d);
    tcase_add_test(two, what_is_of_x_or_of_y_has_the_unit_of_both);
    tcase_add_test(one, undeclarable_fields_are_refused);
    tcase_add_test(one, groups_exist_where_their_signal_does);
    tcase_add_test(one, rows_come_back_while_writing_and_later);
    tcase_add_test(two, rows_come_back_while_writing_and_later);
    tcase_add_test(one, a_row_that_is_not_committed_is_forgotten);
    tcase_add_test(one, a_row_is_complete_or_refused);
    tcase_add_test(one, static_fields_come_before_the_first_row);
    tcase_add_test(one, numbers_that_are_none_are_refused_or_explained);
    tcase_add_test(one, time_grows);
    tcase_add_test(one, nothing_appears_and_nothing_is_lost_before_the_first_row);
    return suite;
}
