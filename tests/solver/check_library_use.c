/* SPDX-License-Identifier: GPL-3.0-or-later
 * What programs in other languages build on: axes and attributes of results, the key that an
 * error is about, runs in several threads at once. */
#include "tests/solver/library_models.h"
#include <pthread.h>

/* ---------------------------------------------------------------- axes */

static void axes_are(const struct fokker_result *r, const char *name, const char *a,
                     const char *b, const char *c) {
    const char *const wanted[3] = {a, b, c};
    struct fokker_array array;
    ck_assert_msg(fokker_read(r, name, &array, NULL), "%s", name);
    for (int d = 0; d < 3; d++) {
        if (wanted[d] == NULL)
            ck_assert_ptr_null(array.axis[d]);
        else
            ck_assert_str_eq(array.axis[d], wanted[d]);
    }
    fokker_array_free(&array);
}

START_TEST(arrays_name_their_axes) {
    struct fokker_model *m = model_of(line_text, NULL), *n = model_of(plane_text, NULL);
    struct fokker_result *r = result_of(m), *s = result_of(n);
    struct fokker_array row;
    axes_are(r, "density", "time", "w", NULL);
    axes_are(r, "flux", "time", "w_edge", NULL);
    axes_are(r, "drift", "w_edge", NULL, NULL);
    axes_are(r, "time", "time", NULL, NULL);
    axes_are(r, "w", "w", NULL, NULL);
    axes_are(r, "x", "w", NULL, NULL);
    axes_are(r, "mean_x", "time", NULL, NULL);
    axes_are(s, "density", "time", "v", "u");
    axes_are(s, "flux_y", "time", "v_edge", "u");
    ck_assert(fokker_read_row(s, "density", 1, &row, NULL));
    ck_assert_str_eq(row.axis[0], "v");
    ck_assert_str_eq(row.axis[1], "u");
    ck_assert_ptr_null(row.axis[2]);
    fokker_array_free(&row);
    fokker_result_free(s);
    fokker_result_free(r);
    fokker_close(n);
    fokker_close(m);
}
END_TEST

START_TEST(whole_numbers_are_known) {
    static const char *const walkers[] = {
        "monte_carlo={walkers: 100, seed: 1, kinds: [gaussian]}", NULL};
    struct fokker_model *m = model_of(line_text, walkers);
    struct fokker_result *r = result_of(m);
    struct fokker_array a;
    ck_assert(fokker_read(r, "mc_verdict", &a, NULL));
    ck_assert(a.integer && a.value[0] >= 0);
    fokker_array_free(&a);
    ck_assert(fokker_read(r, "mass", &a, NULL));
    ck_assert(!a.integer);
    fokker_array_free(&a);
    fokker_result_free(r);
    fokker_close(m);
}
END_TEST

/* ---------------------------------------------------------------- attributes */

struct found {
    size_t texts, numbers;
    const struct fokker_result *of;
};

static void read_it(void *context, const char *name, bool is_text) {
    struct found *found = context;
    double value;
    char *text = is_text ? fokker_text(found->of, name, NULL) : NULL;
    if (is_text)
        ck_assert_msg(text != NULL, "%s", name);
    else
        ck_assert_msg(fokker_number(found->of, name, &value, NULL), "%s", name);
    *(is_text ? &found->texts : &found->numbers) += 1;
    free(text);
}

START_TEST(attributes_are_listed_and_can_be_read) {
    static const char *const changes[] = {"model.parameters.T = 0.2", NULL};
    struct fokker_model *m = model_of(line_text, changes);
    struct fokker_result *r = result_of(m);
    struct found found = {.of = r};
    ck_assert(fokker_each_attribute(r, read_it, &found, NULL));
    ck_assert_uint_gt(found.texts, 10);
    ck_assert_uint_gt(found.numbers, 4);
    char *settings = fokker_text(r, "settings", NULL);
    ck_assert_ptr_nonnull(settings);
    ck_assert_int_eq(strncmp(settings, line_text, strlen(line_text)), 0);
    ck_assert_ptr_nonnull(strstr(settings, "model.parameters.T = 0.2"));
    free(settings);
    ck_assert(!fokker_each_attribute(NULL, read_it, &found, NULL));
    fokker_result_free(r);
    fokker_close(m);
}
END_TEST

/* ---------------------------------------------------------------- errors */

START_TEST(errors_name_their_key) {
    static const struct {
        const char *change, *key;
    } wrong[] = {{"grid.w.cells=many", "grid.w.cells"},
                 {"grid.w.cell=3", "grid.w.cell"},
                 {"model={variables: [w]}", "model"},
                 {"no such thing", ""}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        const char *const changes[] = {wrong[k].change, NULL};
        struct fokker_error e;
        struct fokker_model *m = fokker_open_text(line_text, changes, &e);
        struct fokker_result *r = NULL;
        ck_assert(m == NULL || !fokker_run(m, NULL, &r, &e));
        fokker_close(m);
        ck_assert_msg(strcmp(e.key, wrong[k].key) == 0, "'%s' of %s", e.key, e.message);
    }
}
END_TEST

/* ---------------------------------------------------------------- arrays in memory */

/* w^2/2 by five points; not-a-knot splines have it exactly. */
START_TEST(a_loss_is_an_array) {
    static const char *const changes[] = {"model.tables={\"L(u)\": {at: us, value: Ls}}",
                                          "model.loss=L(w)", NULL};
    static const double u[] = {-4, -2, 0, 2, 4}, L[] = {8, 2, 0, 2, 8};
    const size_t n = 5, nothing = 0;
    struct fokker_model *m = model_of(line_text, changes),
                        *plain = model_of(line_text, NULL);
    struct fokker_error e;
    struct fokker_result *r = NULL, *s = result_of(plain);
    struct fokker_array p, q;
    struct fokker_plan plan;
    ck_assert(!fokker_check(m, &plan, &e) && strstr(e.message, "no arrays") != NULL);
    fokker_plan_finish(&plan);
    ck_assert(fokker_add_array(m, "us", 1, &n, u, &e));
    ck_assert(fokker_add_array(m, "Ls", 1, &n, L, &e));
    ck_assert(!fokker_add_array(m, "Ms", 4, &n, L, &e) && e.kind == FOKKER_SETTINGS);
    ck_assert(!fokker_add_array(m, "Ms", 1, &nothing, NULL, &e));
    ck_assert(!fokker_add_array(NULL, "Ms", 1, &n, L, NULL));
    ck_assert_msg(fokker_run(m, NULL, &r, &e), "%s", e.message);
    ck_assert(fokker_read(r, "density", &p, NULL) && fokker_read(s, "density", &q, NULL));
    for (size_t k = 0; k < p.size; k++)
        ck_assert_double_eq_tol(p.value[k], q.value[k], 1e-10);
    fokker_array_free(&q);
    fokker_array_free(&p);
    fokker_result_free(s);
    fokker_result_free(r);
    fokker_close(plain);
    fokker_close(m);
}
END_TEST

/* ---------------------------------------------------------------- threads */

enum { THREADS = 4, RUNS = 6, CELLS = 48 };

struct work {
    pthread_t thread;
    const char *text, *change;
    double density[RUNS][CELLS * 5];
};

static void *work_run(void *context) {
    struct work *w = context;
    for (int k = 0; k < RUNS; k++) {
        const char *const changes[] = {w->change, NULL};
        struct fokker_model *m = fokker_open_text(w->text, changes, NULL);
        struct fokker_result *r = NULL;
        struct fokker_array p = {0};
        if (fokker_run(m, NULL, &r, NULL) && fokker_read(r, "density", &p, NULL) &&
            p.size == CELLS * 5)
            memcpy(w->density[k], p.value, sizeof w->density[k]);
        fokker_array_free(&p);
        fokker_result_free(r);
        fokker_close(m);
    }
    return NULL;
}

/* Walkers with a kernel estimate, and stable noise: both make plans of FFTW. */
START_TEST(threads_run_at_the_same_time) {
    static const char *const changes[THREADS] = {
        "monte_carlo={walkers: 500, seed: 1, kinds: [gaussian]}",
        "model.noise={stable: {alpha: 1.5, sigma: 1}}", "model.parameters.T=0.2",
        "time.method=sdirk"};
    static struct work work[THREADS], alone;
    if (!fokker_is_threadsafe()) return;
    for (int k = 0; k < THREADS; k++) {
        work[k].text = line_text, work[k].change = changes[k];
        ck_assert_int_eq(pthread_create(&work[k].thread, NULL, work_run, &work[k]), 0);
    }
    for (int k = 0; k < THREADS; k++)
        ck_assert_int_eq(pthread_join(work[k].thread, NULL), 0);
    for (int k = 0; k < THREADS; k++) {
        alone = (struct work){.text = line_text, .change = changes[k]};
        work_run(&alone);
        ck_assert_double_gt(alone.density[0][CELLS / 2], 0);
        for (int i = 0; i < RUNS; i++)
            ck_assert_msg(
                memcmp(work[k].density[i], alone.density[0], sizeof alone.density[0]) == 0,
                "%s, run %d", changes[k], i);
    }
}
END_TEST

Suite *library_use_suite(void);

Suite *library_use_suite(void) {
    Suite *suite = suite_create("library_use");
    TCase *use = tcase_create("use");
    tcase_add_test(use, arrays_name_their_axes);
    tcase_add_test(use, whole_numbers_are_known);
    tcase_add_test(use, attributes_are_listed_and_can_be_read);
    tcase_add_test(use, errors_name_their_key);
    tcase_add_test(use, a_loss_is_an_array);
    tcase_add_test(use, threads_run_at_the_same_time);
    tcase_set_timeout(use, 600);
    suite_add_tcase(suite, use);
    return suite;
}
