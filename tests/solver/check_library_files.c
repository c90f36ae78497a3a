/* SPDX-License-Identifier: GPL-3.0-or-later
 * The library's door: files that a run writes and that are read again, plans, and what is said. */
#include "tests/solver/library_models.h"

/* ---------------------------------------------------------------- files */

/* What a run wrote is read as what it has in memory; summaries differ in seconds and names. */
START_TEST(a_file_has_what_memory_has) {
    enter_folder();
    struct fokker_model *m = model_of(line_text, NULL);
    struct fokker_result *memory = result_of(m), *written, *loaded;
    const struct fokker_output output = {.file = "a.h5", .command_line = "as a test"};
    struct fokker_error e;
    ck_assert_msg(fokker_run_to_file(m, &output, NULL, &written, &e), "%s", e.message);
    ck_assert_msg((loaded = fokker_load("a.h5", &e)) != NULL, "%s", e.message);
    const struct fokker_result *const both[] = {written, loaded};
    for (int k = 0; k < 2; k++) {
        struct fokker_array p, q;
        ck_assert_uint_eq(fokker_rows(both[k]), 5);
        ck_assert_int_eq(fokker_result_status(both[k]), FOKKER_COMPLETE);
        ck_assert(fokker_read(memory, "density", &p, NULL) &&
                  fokker_read(both[k], "density", &q, NULL));
        ck_assert_uint_eq(p.size, q.size);
        ck_assert_mem_eq(p.value, q.value, p.size * sizeof *p.value);
        fokker_array_free(&p), fokker_array_free(&q);
        char *command = fokker_text(both[k], "command_line", NULL);
        ck_assert_str_eq(command, "as a test");
        free(command);
    }
    ck_assert_ptr_nonnull(strstr(fokker_summary(written), "5 of 5 snapshots"));
    ck_assert_ptr_nonnull(strstr(fokker_summary(loaded), "5, to t = 20"));
    fokker_result_free(memory), fokker_result_free(written), fokker_result_free(loaded);
    fokker_close(m);
    unlink("a.h5"), unlink("a.xdmf2");
    leave_folder();
}
END_TEST

static bool stop_at_second(void *context, const struct fokker_result *r, size_t row,
                           double time) {
    (void)context, (void)time;
    ck_assert_uint_eq(fokker_rows(r), row + 1);
    return row < 1;
}

/* Refused where it stands, replaced where that is asked for, and completed. */
START_TEST(a_file_is_refused_replaced_resumed) {
    enter_folder();
    struct fokker_model *m = model_of(line_text, NULL);
    struct fokker_result *r, *whole = result_of(m);
    const struct fokker_hooks hooks = {.snapshot = stop_at_second};
    struct fokker_output output = {.file = "a.h5"};
    struct fokker_error e;
    struct fokker_array p, q;
    ck_assert(!fokker_run_to_file(m, &output, &hooks, &r, &e));
    ck_assert_int_eq(e.kind, FOKKER_STOPPED);
    ck_assert_uint_eq(fokker_rows(r), 2);
    ck_assert_int_eq(fokker_result_status(r), FOKKER_PARTIAL);
    ck_assert(fokker_read(r, "density", &p, NULL));
    ck_assert_uint_eq(p.shape[0], 2);
    fokker_array_free(&p);
    fokker_result_free(r);
    ck_assert(!fokker_run_to_file(m, &output, NULL, &r, &e));
    ck_assert_int_eq(e.kind, FOKKER_SETTINGS);
    ck_assert_ptr_null(r);
    output.resume = true;
    ck_assert_msg(fokker_run_to_file(m, &output, NULL, &r, &e), "%s", e.message);
    ck_assert(fokker_read(r, "density", &p, NULL) &&
              fokker_read(whole, "density", &q, NULL));
    ck_assert_uint_eq(p.size, q.size);
    ck_assert_mem_eq(p.value, q.value, p.size * sizeof *p.value);
    fokker_array_free(&p), fokker_array_free(&q);
    fokker_result_free(r);
    output.resume = false, output.replace = true;
    ck_assert_msg(fokker_run_to_file(m, &output, NULL, &r, &e), "%s", e.message);
    ck_assert_uint_eq(fokker_rows(r), 5);
    fokker_result_free(r), fokker_result_free(whole);
    fokker_close(m);
    unlink("a.h5"), unlink("a.xdmf2");
    leave_folder();
}
END_TEST

START_TEST(files_that_are_none) {
    struct fokker_error e;
    ck_assert_ptr_null(fokker_load("/nowhere/a.h5", &e));
    ck_assert_int_eq(e.kind, FOKKER_FILE);
    ck_assert_ptr_null(fokker_load(NULL, &e));
    ck_assert_int_eq(e.kind, FOKKER_SETTINGS);
}
END_TEST

/* ---------------------------------------------------------------- plans */

START_TEST(a_plan_says_what_would_be_run) {
    const char *const changes[] = {"analysis.regions={far: w > 7}", NULL};
    struct fokker_model *m = model_of(line_text, changes);
    struct fokker_plan plan;
    struct fokker_error e;
    ck_assert_msg(fokker_check(m, &plan, &e), "%s", e.message);
    ck_assert_int_eq(plan.variables, 1);
    ck_assert_uint_eq(plan.cells, 48);
    ck_assert_uint_eq(plan.snapshots, 5);
    ck_assert_double_eq(plan.end, 20);
    ck_assert_ptr_nonnull(strstr(plan.method, "contour"));
    ck_assert_ptr_nonnull(strstr(plan.remark, "far"));
    ck_assert_ptr_nonnull(strstr(plan.summary, "settings: good"));
    ck_assert_ptr_nonnull(strstr(plan.summary, plan.remark));
    fokker_plan_finish(&plan);
    fokker_plan_finish(&plan);
    fokker_close(m);
}
END_TEST

START_TEST(a_plan_of_what_does_not_fit) {
    const char *const changes[] = {"time.method=path_integral", "model.learning_rate=1/0",
                                   NULL};
    struct fokker_model *m = fokker_open_text(line_text, changes, NULL);
    struct fokker_plan plan;
    struct fokker_error e;
    ck_assert(!fokker_check(m, &plan, &e));
    ck_assert_int_eq(e.kind, FOKKER_SETTINGS);
    ck_assert(plan.summary == NULL && e.message[0] != '\0');
    fokker_plan_finish(&plan);
    fokker_close(m);
    ck_assert(!fokker_check(NULL, &plan, &e));
}
END_TEST

/* ---------------------------------------------------------------- what is said */

struct heard {
    size_t remarks, warnings, parts;
    bool rows;
};

static void hear_remark(void *context, const char *line) {
    struct heard *heard = context;
    heard->remarks++;
    ck_assert_ptr_null(strstr(line, "warning: "));
}

static void hear_any(void *context, const char *line) {
    struct heard *heard = context;
    heard->warnings += strstr(line, "warning: ") == line;
}

static void hear_part(void *context, const char *name) {
    struct heard *heard = context;
    heard->parts++;
    heard->rows = name == NULL;
}

/* A step of learning rate times curvature above 2 earns a warning. */
START_TEST(remarks_and_warnings_are_told_apart) {
    const char *const changes[] = {"model.parameters.T=2.5", "time.snapshots=[1]",
                                   "analysis.regions={far: w > 7}", NULL};
    struct fokker_model *m = model_of(line_text, changes);
    for (int apart = 0; apart < 2; apart++) {
        struct fokker_result *r;
        struct heard heard = {0};
        const struct fokker_hooks hooks = {.context = &heard,
                                           .part = hear_part,
                                           .remark = apart ? hear_remark : hear_any,
                                           .warning = apart ? hear_any : NULL};
        ck_assert(fokker_run(m, &hooks, &r, NULL));
        ck_assert_uint_gt(heard.warnings, 0);
        ck_assert(!apart || heard.remarks > 0);
        ck_assert_uint_gt(heard.parts, 1);
        ck_assert(heard.rows);
        fokker_result_free(r);
    }
    fokker_close(m);
}
END_TEST

Suite *library_files_suite(void);

Suite *library_files_suite(void) {
    Suite *suite = suite_create("library_files");
    TCase *door = tcase_create("door");
    tcase_add_test(door, a_file_has_what_memory_has);
    tcase_add_test(door, a_file_is_refused_replaced_resumed);
    tcase_add_test(door, files_that_are_none);
    tcase_add_test(door, a_plan_says_what_would_be_run);
    tcase_add_test(door, a_plan_of_what_does_not_fit);
    tcase_add_test(door, remarks_and_warnings_are_told_apart);
    suite_add_tcase(suite, door);
    return suite;
}
