/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run that stops and resumes from a checkpoint gives the bits of one that does not. */
#include "solver/mc/checkpoint.h"
#include "solver/mc/start.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct error err;
static char folder[40];
static char path[64];
#define OK(call) ck_assert_msg((call), "%s", err.message)

static void make_folder(void) {
    strcpy(folder, "/tmp/check_checkpoint_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/state", folder);
}

static void remove_folder(void) {
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* no .part is left */
}

static void drift(const void *self, double t, size_t n, const double *const *in,
                  double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++) {
        out[0][i] = -in[0][i], out[1][i] = -in[1][i];
        out[2][i] = 0.5, out[3][i] = 0.1, out[4][i] = 0.3;
    }
}

static void gradient(const void *self, double t, size_t n, const double *const *in,
                     double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = in[0][i] - 1, out[1][i] = in[0][i] + 1, out[2][i] = 2 * in[0][i];
}

/* A 2-D equation with an absorbing wall; momentum with reshuffled epochs. */
static struct walkers_model model_of(int which) {
    struct walkers_model m = {.kind = which == 0 ? WALKERS_EULER : WALKERS_SGD,
                              .dims = which == 0 ? 2 : 1,
                              .step = which == 0 ? 0.01 : 1,
                              .function.evaluate = which == 0 ? drift : gradient,
                              .eta = {0.1},
                              .examples = 3,
                              .batch = 1,
                              .sampling = RESHUFFLED};
    for (int d = 0; d < 2; d++)
        m.lo[d] = -1, m.hi[d] = 1;
    if (which == 0)
        m.boundary[0][0] = ABSORBING;
    else
        m.momentum = 0.5;
    return m;
}

static struct walkers *started(const struct walkers_model *model) {
    struct walkers *w = walkers_create_for(model, 1300, (struct random_key){5, 2}, &err);
    OK(w != NULL);
    walkers_start_point(w, (double[]){0.1, 0.2});
    return w;
}

START_TEST(a_resumed_run_has_the_same_bits) {
    const struct walkers_model model = model_of(_i);
    struct walkers *whole = started(&model), *w = started(&model);
    OK(walkers_advance(whole, &model, 101, NULL, &err));
    OK(walkers_advance(w, &model, 50, NULL,
                       &err)); /* an odd step of the rest: half a pair */
    OK(walkers_advance(w, &model, 1, NULL, &err));
    OK(checkpoint_save(path, w, 77, &err));
    OK(walkers_advance(w, &model, 3, NULL, &err)); /* lost with the process */
    walkers_destroy(w);
    OK((w = checkpoint_load(path, 77, &err)) != NULL);
    ck_assert_uint_eq(w->step, 51);
    OK(walkers_advance(w, &model, 50, NULL, &err));
    ck_assert_uint_eq(walkers_hash(w), walkers_hash(whole));
    ck_assert(w->time == whole->time);
    walkers_destroy(w);
    walkers_destroy(whole);
}
END_TEST

START_TEST(a_second_checkpoint_replaces_the_first) {
    const struct walkers_model model = model_of(0);
    struct walkers *w = started(&model);
    OK(checkpoint_save(path, w, 1, &err));
    OK(walkers_advance(w, &model, 7, NULL, &err));
    OK(checkpoint_save(path, w, 1, &err));
    struct walkers *back = checkpoint_load(path, 1, &err);
    OK(back != NULL);
    ck_assert_uint_eq(walkers_hash(back), walkers_hash(w));
    walkers_destroy(back);
    walkers_destroy(w);
}
END_TEST

static void refused(uint64_t configuration, const char *says) {
    ck_assert_ptr_null(checkpoint_load(path, configuration, &err));
    ck_assert_int_eq(err.kind, ERROR_FILE);
    ck_assert_msg(strstr(err.message, says) != NULL, "%s", err.message);
}

static void flip_byte(long at) {
    FILE *file = fopen(path, "r+b");
    fseek(file, at, at < 0 ? SEEK_END : SEEK_SET);
    const int byte = fgetc(file);
    fseek(file, at, at < 0 ? SEEK_END : SEEK_SET);
    fputc(byte ^ 16, file);
    fclose(file);
}

START_TEST(what_is_not_this_runs_checkpoint_is_refused) {
    const struct walkers_model model = model_of(0);
    struct walkers *w = started(&model);
    refused(9, "No such file");
    OK(checkpoint_save(path, w, 9, &err));
    refused(8, "other settings");
    flip_byte(2000);
    refused(9, "damaged");
    flip_byte(2000), flip_byte(-2);
    refused(9, "damaged");
    flip_byte(-2);
    ck_assert_int_eq(truncate(path, 20000), 0);
    refused(9, "cut short");
    ck_assert_int_eq(truncate(path, 30), 0);
    refused(9, "not a checkpoint");
    OK(checkpoint_save(path, w, 9, &err));
    flip_byte(2);
    refused(9, "not a checkpoint");
    walkers_destroy(w);
}
END_TEST

START_TEST(nobody_elses_file_is_replaced_or_removed) {
    const struct walkers_model model = model_of(0);
    struct walkers *w = started(&model);
    FILE *file = fopen(path, "wb");
    fputs("somebody's", file);
    fclose(file);
    ck_assert(!checkpoint_save(path, w, 9, &err));
    checkpoint_remove(path);
    refused(9, "not a checkpoint");
    unlink(path);
    OK(checkpoint_save(path, w, 9, &err));
    checkpoint_remove(path);
    refused(9, "No such file");
    walkers_destroy(w);
}
END_TEST

START_TEST(a_failed_write_keeps_the_old_one) {
    const struct walkers_model model = model_of(0);
    struct walkers *w = started(&model);
    ck_assert(!checkpoint_save("/nowhere/at/all", w, 1, &err));
    ck_assert_int_eq(err.kind, ERROR_FILE);
    walkers_destroy(w);
    ck_assert_uint_ne(checkpoint_hash("eta: 0.1"), checkpoint_hash("eta: 0.2"));
}
END_TEST

Suite *checkpoint_suite(void);
Suite *checkpoint_suite(void) {
    Suite *suite = suite_create("checkpoint");
    TCase *tcase = tcase_create("checkpoint");
    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_add_loop_test(tcase, a_resumed_run_has_the_same_bits, 0, 2);
    tcase_add_test(tcase, a_second_checkpoint_replaces_the_first);
    tcase_add_test(tcase, what_is_not_this_runs_checkpoint_is_refused);
    tcase_add_test(tcase, nobody_elses_file_is_replaced_or_removed);
    tcase_add_test(tcase, a_failed_write_keeps_the_old_one);
    suite_add_tcase(suite, tcase);
    return suite;
}
