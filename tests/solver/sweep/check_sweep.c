/* SPDX-License-Identifier: GPL-3.0-or-later
 * Axes of a sweep, the order of its points, and rows of results on their way between
 * processes. The sweep as a whole: tests/cli/check_sweep. */
#include "solver/sweep/sweep.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct error err;

#define must(call) ck_assert_msg(call, "%s", err.message)

static void check_axis(const char *text, const char *key, size_t count,
                       const char *const *value) {
    struct sweep_axis axis;
    must(sweep_axis_read(text, &axis, &err));
    ck_assert_str_eq(axis.key, key);
    ck_assert_uint_eq(axis.count, count);
    for (size_t k = 0; k < count; k++) {
        char whole[200];
        snprintf(whole, sizeof whole, "%s=%s", key, value[k]);
        ck_assert_str_eq(axis.value[k], value[k]);
        ck_assert_str_eq(axis.assignment[k], whole);
    }
    sweep_axis_finish(&axis);
}

START_TEST(commas_separate_values_but_not_inside_brackets_and_quotes) {
    check_axis("a.b=1,2.5,-3e4", "a.b", 3, (const char *[]){"1", "2.5", "-3e4"});
    check_axis("a=1", "a", 1, (const char *[]){"1"});
    check_axis("i=ito, klimontovich ", "i", 2, (const char *[]){"ito", "klimontovich"});
    check_axis("t=[1, 2],{log: [1, 2, 3]}", "t", 2,
               (const char *[]){"[1, 2]", "{log: [1, 2, 3]}"});
    check_axis("t='a,b',\"c]\",d", "t", 3, (const char *[]){"'a,b'", "\"c]\"", "d"});
    check_axis("l=max(w, 0),x=y", "l", 2, (const char *[]){"max(w, 0)", "x=y"});
}
END_TEST

START_TEST(linear_ranges_have_equal_steps_and_short_decimals) {
    check_axis("k=lin:0:1:6", "k", 6,
               (const char *[]){"0", "0.2", "0.4", "0.6", "0.8", "1"});
    check_axis("k=lin:1e-1:.7:3", "k", 3, (const char *[]){"1e-1", "0.4", ".7"});
    check_axis("k=lin:3:-3:3", "k", 3, (const char *[]){"3", "0", "-3"});
}
END_TEST

START_TEST(logarithmic_ranges_have_equal_ratios) {
    check_axis("k=log:1e-3:1:4", "k", 4, (const char *[]){"1e-3", "0.01", "0.1", "1"});
    check_axis("k=log:-8:-1:4", "k", 4, (const char *[]){"-8", "-4", "-2", "-1"});
    struct sweep_axis axis;
    must(sweep_axis_read("k=log:2:2000:50", &axis, &err));
    for (size_t k = 1; k < axis.count; k++) {
        const double ratio = atof(axis.value[k]) / atof(axis.value[k - 1]);
        /* two values of 15 digits, each off by up to half a unit in the last of them */
        ck_assert_double_eq_tol(ratio, pow(1000, 1.0 / 49), 2e-14);
    }
    sweep_axis_finish(&axis);
}
END_TEST

START_TEST(what_is_no_axis_is_refused_in_one_sentence) {
    static const char *const bad[] = {"",
                                      "key",
                                      "=1",
                                      "k=",
                                      "k=1,",
                                      "k=1,,2",
                                      "k=1,2,1",
                                      "k=lin:0:1",
                                      "k=lin:0:1:1",
                                      "k=lin:0:1:2.5",
                                      "k=lin:a:1:3",
                                      "k=log:0:1:3",
                                      "k=log:-1:1:3",
                                      "k=lin:0:1:3:4",
                                      "k=lin:0:inf:3",
                                      "k=lin:0:1:1e9",
                                      "k=lin:1:1:3",
                                      "k=log:1:nan:2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sweep_axis axis;
        err = (struct error){0};
        ck_assert_msg(!sweep_axis_read(bad[i], &axis, &err), "'%s' was taken", bad[i]);
        ck_assert_int_eq(err.kind, ERROR_SETTINGS);
        ck_assert_ptr_nonnull(strstr(err.message, "--vary"));
        sweep_axis_finish(&axis);
    }
}
END_TEST

/* An empty settings file: the axes alone matter here. */
static struct sweep *sweep_of(size_t varied, const char *const *vary,
                              struct sweep_options *options) {
    static char path[] = "/tmp/check_sweep_XXXXXX";
    strcpy(path + strlen(path) - 6, "XXXXXX");
    const int file = mkstemp(path);
    ck_assert_int_eq(write(file, "title: t\n", 9), 9);
    close(file);
    *options = (struct sweep_options){
        .config = path, .folder = "f", .varied = varied, .vary = vary};
    struct sweep *sweep = sweep_create(options, &err);
    unlink(path);
    return sweep;
}

START_TEST(the_last_axis_runs_fastest) {
    const char *const vary[] = {"p.a=1,2", "p.b=lin:0:2:3", "q.b=x,{y: 1}"};
    struct sweep_options options;
    struct sweep *s = sweep_of(3, vary, &options);
    must(s != NULL);
    ck_assert_uint_eq(s->points, 12);
    size_t point = 0;
    for (size_t a = 0; a < 2; a++)
        for (size_t b = 0; b < 3; b++)
            for (size_t c = 0; c < 2; c++, point++) {
                ck_assert_uint_eq(sweep_index(s, point, 0), a);
                ck_assert_uint_eq(sweep_index(s, point, 1), b);
                ck_assert_uint_eq(sweep_index(s, point, 2), c);
            }
    sweep_destroy(s);
}
END_TEST

START_TEST(every_point_has_a_file_of_its_own_that_tells_its_values) {
    const char *const vary[] = {"p.a=1,1.0", "p.b=0,0.5", "q.b=x,{y: 1},{y:_1}"};
    struct sweep_options options;
    struct sweep *s = sweep_of(3, vary, &options);
    char *file[12];
    must(s != NULL);
    for (size_t k = 0; k < 12; k++) {
        must((file[k] = sweep_point_file(s, k, ".h5", &err)) != NULL);
        for (size_t other = 0; other < k; other++)
            ck_assert_str_ne(file[k], file[other]);
    }
    /* b ends two keys, so these two are named in full; a alone is short */
    ck_assert_str_eq(file[0], "f/a=1,p.b=0,q.b=x.h5");
    for (size_t k = 0; k < 12; k++)
        free(file[k]);
    sweep_destroy(s);
}
END_TEST

START_TEST(long_values_and_many_axes_make_names_that_a_file_system_takes) {
    char text[16][700];
    const char *vary[16];
    for (int a = 0; a < 16; a++) {
        snprintf(text[a], sizeof text[a], "key_number_%d=%0300d,%0301d", a, 1, 1);
        vary[a] = text[a];
    }
    struct sweep_options options;
    struct sweep *s = sweep_of(16, vary, &options);
    must(s != NULL);
    char *first = sweep_point_file(s, 0, ".h5.part", &err),
         *second = sweep_point_file(s, 1, ".h5.part", &err);
    ck_assert_uint_le(strlen(first), strlen("f/") + 100 + strlen(".h5.part"));
    ck_assert_str_ne(first, second);
    free(first);
    free(second);
    sweep_destroy(s);
}
END_TEST

START_TEST(one_key_twice_and_no_key_are_refused) {
    struct sweep_options options;
    ck_assert_ptr_null(sweep_of(2, (const char *[]){"a=1", "a=2"}, &options));
    ck_assert_str_eq(err.message, "--vary a comes twice");
    ck_assert_ptr_null(sweep_of(0, NULL, &options));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    const char *const huge[] = {"a=lin:0:1:1e4", "b=lin:0:1:1e4"};
    ck_assert_ptr_null(sweep_of(2, huge, &options));
    ck_assert_ptr_nonnull(strstr(err.message, "more than"));
}
END_TEST

START_TEST(rows_survive_the_way_between_processes_to_the_bit) {
    const double value[] = {0.1, -1.0 / 3, 5e-324, 1.7976931348623157e308, 0, 123456789};
    const size_t count = sizeof value / sizeof *value;
    struct row row = {0}, back = {0};
    char name[20];
    for (size_t k = 0; k < count; k++) {
        snprintf(name, sizeof name, "v%zu", k);
        must(row_number(&row, name, value[k], &err));
    }
    must(row_number(&row, "missing", (double)NAN, &err));
    must(row_text(&row, "words", "two lines,\nand \"a tab\"\t.", &err));
    must(row_text(&row, "none", "", &err));
    char *text = row_encode(&row, &err);
    must(row_decode(&back, text, &err));
    ck_assert_uint_eq(back.cells, row.cells);
    for (size_t k = 0; k < count; k++) {
        ck_assert(back.cell[k].number);
        ck_assert_double_eq(strtod(back.cell[k].text, NULL), value[k]);
    }
    ck_assert_str_eq(back.cell[0].text, "0.1"); /* and not 0.10000000000000001 */
    ck_assert(isnan(strtod(row_find(&back, "missing")->text, NULL)));
    ck_assert_str_eq(row_find(&back, "words")->text, "two lines, and \"a tab\" .");
    ck_assert(!row_find(&back, "words")->number);
    ck_assert_str_eq(row_find(&back, "none")->text, "");
    ck_assert_ptr_null(row_find(&back, "absent"));
    text[strlen(text) - 1] = '\0'; /* the last line is cut off */
    row_finish(&back);
    ck_assert(!row_decode(&back, text, &err));
    free(text);
    row_finish(&back);
    row_finish(&row);
}
END_TEST

Suite *sweep_suite(void);
Suite *sweep_suite(void) {
    Suite *suite = suite_create("sweep");
    TCase *axes = tcase_create("axes"), *points = tcase_create("points"),
          *rows = tcase_create("rows");
    tcase_add_test(axes, commas_separate_values_but_not_inside_brackets_and_quotes);
    tcase_add_test(axes, linear_ranges_have_equal_steps_and_short_decimals);
    tcase_add_test(axes, logarithmic_ranges_have_equal_ratios);
    tcase_add_test(axes, what_is_no_axis_is_refused_in_one_sentence);
    suite_add_tcase(suite, axes);
    tcase_add_test(points, the_last_axis_runs_fastest);
    tcase_add_test(points, every_point_has_a_file_of_its_own_that_tells_its_values);
    tcase_add_test(points, long_values_and_many_axes_make_names_that_a_file_system_takes);
    tcase_add_test(points, one_key_twice_and_no_key_are_refused);
    suite_add_tcase(suite, points);
    tcase_add_test(rows, rows_survive_the_way_between_processes_to_the_bit);
    suite_add_tcase(suite, rows);
    return suite;
}
