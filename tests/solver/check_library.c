/* SPDX-License-Identifier: GPL-3.0-or-later
 * The library's door: the same numbers as in the file, places of errors, hooks that stop a
 * run and leave no file. */
#include "io/h5file.h"
#include "solver/run/run.h"
#include "tests/solver/library_models.h"
#include <math.h>
#include <stdio.h>

/* ---------------------------------------------------------------- numbers */

static struct h5file *file_of(const char *text) {
    struct error err = {0};
    struct spec *spec = spec_parse("settings", text, 0, NULL, &err);
    ck_assert_msg(spec != NULL, "%s", err.message);
    const struct run_options options = {.output = "a.h5"};
    struct run_result out;
    ck_assert_msg(run(spec, &options, &out, &err), "%s", err.message);
    run_result_finish(&out);
    spec_destroy(spec);
    struct h5file *file = h5file_open("a.h5", false, &err);
    ck_assert_ptr_nonnull(file);
    return file;
}

struct both {
    const struct h5file *file;
    const struct fokker_result *result;
    size_t arrays;
};

static void same_array(void *context, const char *name) {
    struct both *both = context;
    struct h5_extent extent;
    struct fokker_array a;
    struct error err;
    ck_assert(fokker_read(both->result, name, &a, NULL));
    ck_assert_msg(h5file_extent(both->file, name, &extent, &err), "%s", err.message);
    ck_assert_int_eq(a.rank, extent.rank);
    for (int d = 0; d < a.rank; d++)
        ck_assert_uint_eq(a.shape[d], extent.shape[d]);
    double *value = calloc(a.size, sizeof *value);
    char *unit = NULL;
    ck_assert(h5file_read(both->file, name, value, a.size, &err));
    ck_assert_msg(strcmp(name, "wall_time") == 0 ||
                      memcmp(value, a.value, a.size * sizeof *value) == 0,
                  "%s", name);
    if (h5file_read_attribute_text(both->file, name, "units", &unit, &err))
        ck_assert_str_eq(a.unit, unit);
    free(unit);
    free(value);
    fokker_array_free(&a);
    both->arrays++;
}

static bool count_name(void *context, const char *name, const struct h5_extent *extent,
                       struct error *err) {
    (void)name, (void)extent, (void)err;
    ++*(size_t *)context;
    return true;
}

/* Every array of the file, to the bit. */
static void same_as_file(const char *text) {
    enter_folder();
    struct h5file *file = file_of(text);
    struct fokker_model *m = model_of(text, NULL);
    struct fokker_result *r = result_of(m);
    struct both both = {file, r, 0};
    struct error err;
    size_t wanted = 0;
    ck_assert(h5file_each(file, count_name, &wanted, &err));
    ck_assert(fokker_each(r, same_array, &both, NULL));
    ck_assert_uint_eq(both.arrays, wanted);
    ck_assert_uint_gt(wanted, 20);
    fokker_result_free(r);
    fokker_close(m);
    ck_assert(h5file_close(file, &err));
    unlink("a.h5");
    unlink("a.xdmf2");
    leave_folder();
}

START_TEST(line_is_as_in_the_file) {
    same_as_file(line_text);
}
END_TEST

START_TEST(plane_is_as_in_the_file) {
    same_as_file(plane_text);
}
END_TEST

/* The mass of the density in memory, and the mean of w: e^-t of where it was. */
START_TEST(density_has_mass_and_mean) {
    struct fokker_model *m = model_of(line_text, NULL);
    struct fokker_result *r = result_of(m);
    struct fokker_array p, face, mean;
    ck_assert(fokker_read(r, "density", &p, NULL) &&
              fokker_read(r, "x_edge", &face, NULL) &&
              fokker_read_row(r, "mean_x", 4, &mean, NULL));
    ck_assert_int_eq(p.rank, 2);
    ck_assert_uint_eq(p.shape[0], 5);
    ck_assert_uint_eq(p.shape[1], 48);
    ck_assert_uint_eq(p.shape[2], 1);
    ck_assert_uint_eq(face.size, 49);
    ck_assert_str_ne(p.long_name, "");
    double mass = 0;
    for (size_t i = 0; i < 48; i++)
        mass += p.value[4 * 48 + i] * (face.value[i + 1] - face.value[i]);
    ck_assert_double_eq_tol(mass, 1, 1e-10);
    ck_assert_int_eq(mean.rank, 0);
    ck_assert_uint_eq(mean.size, 1);
    ck_assert_double_eq_tol(mean.value[0], exp(-0.1 * 20), 2e-3);
    fokker_array_free(&p);
    fokker_array_free(&face);
    fokker_array_free(&mean);
    fokker_result_free(r);
    fokker_close(m);
}
END_TEST

START_TEST(changes_are_made_in_order) {
    const char *const changes[] = {"grid.w.cells = 20", "grid.w.cells=24",
                                   "time.snapshots = {linear: [0, 1, 2]}", NULL};
    struct fokker_model *m = model_of(line_text, changes);
    struct fokker_result *r = result_of(m);
    struct fokker_array p;
    ck_assert(fokker_read(r, "density", &p, NULL));
    ck_assert_uint_eq(p.shape[0], 2);
    ck_assert_uint_eq(p.shape[1], 24);
    ck_assert_uint_eq(fokker_rows(r), 2);
    double estimate = -1;
    ck_assert(fokker_number(r, "time_error_estimate", &estimate, NULL));
    ck_assert_double_ge(estimate, 0);
    char *status = fokker_text(r, "status", NULL);
    ck_assert_str_eq(status, "complete");
    ck_assert_int_eq(fokker_result_status(r), FOKKER_COMPLETE);
    ck_assert_ptr_nonnull(strstr(fokker_summary(r), "2 of 2 snapshots"));
    free(status);
    fokker_array_free(&p);
    fokker_result_free(r);
    fokker_close(m);
}
END_TEST

/* ---------------------------------------------------------------- errors */

START_TEST(errors_have_places) {
    static const struct {
        const char *from, *to;
        int line, column;
    } wrong[] = {{"cells: 48", "cells: many", 8, 31},
                 {"loss: w^2/2", "loss: w^2/ ", 4, 9},
                 {"  learning_rate", "  learning_rat", 6, 3}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        char text[sizeof line_text + 20];
        struct fokker_error e;
        const char *at = strstr(line_text, wrong[k].from);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - line_text), line_text,
                 wrong[k].to, at + strlen(wrong[k].from));
        struct fokker_model *m = fokker_open_text(text, NULL, &e);
        struct fokker_result *r = NULL;
        ck_assert(m == NULL || !fokker_run(m, NULL, &r, &e));
        ck_assert_ptr_null(r);
        fokker_close(m);
        ck_assert_int_eq(e.kind, FOKKER_SETTINGS);
        ck_assert_str_eq(e.file, "settings");
        ck_assert_msg(e.line == wrong[k].line && e.column == wrong[k].column, "%s",
                      e.message);
    }
}
END_TEST

/* What only the run finds has a place too. */
START_TEST(errors_of_runs_have_places) {
    char text[sizeof line_text];
    struct fokker_error e;
    struct fokker_result *r;
    strcpy(text, line_text);
    memcpy(strstr(text, "covariance: 1"), "covariance: w", 13);
    struct fokker_model *m = model_of(text, NULL);
    ck_assert(!fokker_run(m, NULL, &r, &e));
    ck_assert_ptr_null(r);
    ck_assert_int_eq(e.kind, FOKKER_SETTINGS);
    ck_assert_str_eq(e.file, "settings");
    ck_assert_int_gt(e.line, 3);
    fokker_close(m);
}
END_TEST

START_TEST(errors_without_place) {
    const char *const changes[] = {"grid.w.cells=many", NULL};
    struct fokker_error e;
    ck_assert_ptr_null(fokker_open_text(line_text, changes, &e));
    ck_assert_int_eq(e.kind, FOKKER_SETTINGS);
    ck_assert_str_eq(e.file, "");
    ck_assert_int_eq(e.line, 0);
    ck_assert_ptr_nonnull(strstr(e.message, "grid.w.cells"));
    ck_assert_ptr_null(fokker_open("/nowhere/a.yaml", NULL, &e));
    ck_assert_str_eq(e.file, "");
    ck_assert_ptr_nonnull(strstr(e.message, "/nowhere/a.yaml"));
}
END_TEST

START_TEST(names_that_do_not_exist) {
    struct fokker_model *m = model_of(line_text, NULL);
    struct fokker_result *r = result_of(m);
    struct fokker_array a;
    struct fokker_error e;
    double value;
    ck_assert(!fokker_read(r, "densty", &a, &e));
    ck_assert_ptr_null(a.value);
    ck_assert_int_eq(e.kind, FOKKER_SETTINGS);
    ck_assert_ptr_nonnull(strstr(e.message, "'densty'"));
    ck_assert(!fokker_read(r, "/entry", &a, &e) && !fokker_read(r, "/", &a, &e));
    ck_assert(!fokker_read_row(r, "density", 5, &a, &e));
    ck_assert(!fokker_read_row(r, "x", 0, &a, &e));
    ck_assert(!fokker_number(r, "nothing", &value, &e));
    ck_assert_ptr_null(fokker_text(r, "nothing", &e));
    fokker_result_free(r);
    fokker_close(m);
}
END_TEST

START_TEST(null_is_an_error_or_nothing) {
    struct fokker_result *r;
    struct fokker_array a;
    struct fokker_error e;
    ck_assert_ptr_null(fokker_open(NULL, NULL, &e));
    ck_assert_ptr_null(fokker_open_text(NULL, NULL, NULL));
    ck_assert(!fokker_run(NULL, NULL, &r, &e) && r == NULL);
    ck_assert(!fokker_read(NULL, "density", &a, &e) && a.value == NULL);
    ck_assert_uint_eq(fokker_rows(NULL), 0);
    ck_assert_int_eq(fokker_result_status(NULL), FOKKER_PARTIAL);
    ck_assert_str_eq(fokker_summary(NULL), "");
    fokker_close(NULL);
    fokker_result_free(NULL);
    fokker_array_free(NULL);
}
END_TEST

/* ---------------------------------------------------------------- hooks */

struct seen {
    size_t rows, stop_at, ticks;
    double time, fraction;
};

static bool see_snapshot(void *context, const struct fokker_result *r, size_t row,
                         double time) {
    struct seen *seen = context;
    struct fokker_array p;
    ck_assert_uint_eq(row, seen->rows);
    ck_assert_uint_eq(fokker_rows(r), row + 1);
    ck_assert(fokker_read_row(r, "density", row, &p, NULL));
    ck_assert_uint_eq(p.size, 48);
    ck_assert_double_gt(p.value[24], 0);
    fokker_array_free(&p);
    seen->rows++;
    seen->time = time;
    return seen->rows != seen->stop_at;
}

static bool see_progress(void *context, double fraction) {
    struct seen *seen = context;
    seen->ticks++;
    seen->fraction = fraction;
    return true;
}

static bool stop_soon(void *context, double fraction) {
    const struct seen *seen = context;
    (void)fraction;
    return seen->rows < 2;
}

START_TEST(hooks_see_every_snapshot) {
    struct fokker_model *m = model_of(line_text, NULL);
    struct fokker_result *r;
    struct seen seen = {0};
    const struct fokker_hooks hooks = {
        .context = &seen, .progress = see_progress, .snapshot = see_snapshot};
    ck_assert(fokker_run(m, &hooks, &r, NULL));
    ck_assert_uint_eq(seen.rows, 5);
    ck_assert_double_eq(seen.time, 20);
    ck_assert_uint_gt(seen.ticks, 0);
    ck_assert_double_eq(seen.fraction, 1);
    fokker_result_free(r);
    fokker_close(m);
}
END_TEST

/* Walkers too: nothing is kept of them in a file. */
START_TEST(hooks_stop_the_run) {
    static const char *const walkers[] = {
        "monte_carlo={walkers: 1000, seed: 1, kinds: [gaussian]}", NULL};
    enter_folder();
    for (int way = 0; way < 2; way++) {
        struct fokker_model *m = model_of(line_text, walkers);
        struct fokker_result *r;
        struct fokker_error e;
        struct fokker_array p;
        struct seen seen = {.stop_at = way == 0 ? 2 : 0};
        const struct fokker_hooks hooks = {.context = &seen,
                                           .progress = way == 0 ? NULL : stop_soon,
                                           .snapshot = see_snapshot};
        ck_assert(!fokker_run(m, &hooks, &r, &e));
        ck_assert_int_eq(e.kind, FOKKER_STOPPED);
        ck_assert_uint_eq(fokker_rows(r), 2);
        ck_assert_int_eq(fokker_result_status(r), FOKKER_PARTIAL);
        ck_assert(fokker_read(r, "density", &p, NULL));
        ck_assert_uint_eq(p.shape[0], 2);
        ck_assert_ptr_null(strstr(fokker_summary(r), "--resume"));
        fokker_array_free(&p);
        fokker_result_free(r);
        fokker_close(m);
    }
    leave_folder();
}
END_TEST

Suite *library_suite(void);

Suite *library_suite(void) {
    Suite *suite = suite_create("library");
    TCase *door = tcase_create("door");
    tcase_add_test(door, line_is_as_in_the_file);
    tcase_add_test(door, plane_is_as_in_the_file);
    tcase_add_test(door, density_has_mass_and_mean);
    tcase_add_test(door, changes_are_made_in_order);
    tcase_add_test(door, errors_have_places);
    tcase_add_test(door, errors_of_runs_have_places);
    tcase_add_test(door, errors_without_place);
    tcase_add_test(door, names_that_do_not_exist);
    tcase_add_test(door, null_is_an_error_or_nothing);
    tcase_add_test(door, hooks_see_every_snapshot);
    tcase_add_test(door, hooks_stop_the_run);
    suite_add_tcase(suite, door);
    return suite;
}
