/* SPDX-License-Identifier: GPL-3.0-or-later
 * The library as a guest in a program: HDF5 stays as the program has it, and nothing is left
 * behind, no memory and no open descriptor. */
#include "tests/solver/library_models.h"
#include <dirent.h>
#include <hdf5.h>
#include <malloc.h>
#include <sys/wait.h>

static size_t entries(const char *path) {
    DIR *open = opendir(path);
    size_t count = 0;
    ck_assert_ptr_nonnull(open);
    while (readdir(open) != NULL)
        count++;
    closedir(open);
    return count;
}

/* ---------------------------------------------------------------- HDF5 around it */

static herr_t count_error(hid_t stack, void *count) {
    (void)stack;
    ++*(size_t *)count;
    return 0;
}

START_TEST(error_handler_stays) {
    size_t errors = 0;
    H5E_auto2_t call;
    void *context;
    double value;
    H5Eset_auto2(H5E_DEFAULT, count_error, &errors);
    struct fokker_model *m = model_of(line_text, NULL);
    struct fokker_result *r = result_of(m);
    ck_assert(!fokker_number(r, "nothing", &value, NULL));
    fokker_result_free(r);
    fokker_close(m);
    ck_assert_uint_eq(errors, 0);
    H5Eget_auto2(H5E_DEFAULT, &call, &context);
    ck_assert(call == count_error && context == &errors);
    ck_assert_int_lt(H5Fopen("/nowhere", H5F_ACC_RDONLY, H5P_DEFAULT), 0);
    ck_assert_uint_eq(errors, 1);
}
END_TEST

/* A file that the program leaves open is written at its exit. */
START_TEST(exit_handler_stays) {
    enter_folder();
    const pid_t child = fork();
    if (child == 0) {
        struct fokker_model *m = model_of(line_text, NULL);
        fokker_result_free(result_of(m));
        fokker_close(m);
        const hid_t file = H5Fcreate("b.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        exit(H5Gcreate2(file, "left", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) < 0);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    const hid_t file = H5Fopen("b.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    ck_assert_int_gt(H5Lexists(file, "left", H5P_DEFAULT), 0);
    H5Fclose(file);
    unlink("b.h5");
    leave_folder();
}
END_TEST

/* ---------------------------------------------------------------- many runs */

static void run_both(void) {
    static const char *const texts[] = {line_text, plane_text};
    for (int k = 0; k < 2; k++) {
        struct fokker_model *m = model_of(texts[k], NULL);
        struct fokker_result *r = result_of(m);
        struct fokker_array p;
        ck_assert(fokker_read(r, "density", &p, NULL));
        fokker_array_free(&p);
        fokker_result_free(r);
        fokker_close(m);
    }
}

/* Bytes in use, without the pools of HDF5, which keep what was freed. */
static size_t bytes_in_use(void) {
    ck_assert_int_ge(H5garbage_collect(), 0);
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

/* The allocator's own caches count as in use and move by some 10 bytes a run; whatever the
 * project allocates takes 64 or more (array_create). */
START_TEST(a_thousand_runs_leave_nothing) {
    for (int k = 0; k < 50; k++)
        run_both();
    const size_t bytes = bytes_in_use();
    const size_t open = entries("/proc/self/fd");
    for (int k = 0; k < 500; k++)
        run_both();
    const size_t later = bytes_in_use();
    ck_assert_uint_eq(entries("/proc/self/fd"), open);
    ck_assert_msg(later < bytes + 1000 * 40, "%zu bytes, then %zu", bytes, later);
}
END_TEST

Suite *library_guest_suite(void);

Suite *library_guest_suite(void) {
    Suite *suite = suite_create("library_guest");
    TCase *around = tcase_create("HDF5"), *many = tcase_create("many");
    tcase_add_test(around, error_handler_stays);
    tcase_add_test(around, exit_handler_stays);
    tcase_add_test(many, a_thousand_runs_leave_nothing);
    tcase_set_timeout(many, 200);
    suite_add_tcase(suite, around);
    suite_add_tcase(suite, many);
    return suite;
}
