/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tables of equations and of first passage: each row is whole, what an equation lacks it
 * refuses in a sentence, and time.method is what the tables say. */
#include "solver/equation/evolution.h"
#include "solver/escape/passage.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

/* Settings of each equation. */
static const struct {
    const char *name, *text;
} experiments[] = {
    {"line", "model: {variables: [w], loss: w^2/2, noise: {covariance: 1}, learning_rate: "
             "0.1}\n"
             "grid: {w: {min: -3, max: 3, cells: 32}}\n"
             "initial: {gaussian: {mean: 1, std: 0.3}}\n"
             "time: {snapshots: [2], tolerance: 1e-3}\n"},
    {"plane", "model: {variables: [u, v], loss: u^2/2 + v^2, noise: {covariance: [[1, 0], "
              "[0, 1]]}, learning_rate: 0.1}\n"
              "grid: {u: {min: -2, max: 2, cells: 12}, v: {min: -2, max: 2, cells: 10}}\n"
              "initial: {gaussian: {mean: [0.5, 0], std: [0.4, 0.4]}}\n"
              "time: {snapshots: [2], tolerance: 1e-3}\n"},
    {"stable", "model: {variables: [w], loss: w^2/2, noise: {stable: {alpha: 1.5, sigma: "
               "0.3}}, learning_rate: 0.1}\n"
               "grid: {w: {min: -10, max: 10, cells: 64}}\n"
               "initial: {gaussian: {mean: 0, std: 0.5}}\n"
               "time: {snapshots: [2], tolerance: 1e-3}\n"},
    {"kinetic", "model: {variables: [w, V], dynamics: kinetic, loss: w^2/2, friction: 1, "
                "temperature: 0.1}\n"
                "grid: {w: {min: -3, max: 3, cells: 32}, V: {min: -3, max: 3, cells: 32}}\n"
                "initial: {gaussian: {mean: [0, 0], std: [0.5, 0.5]}}\n"
                "time: {snapshots: [0.5], tolerance: 1e-3}\n"},
};
enum { EXPERIMENTS = sizeof experiments / sizeof *experiments };

/* The settings of an experiment with one change; NULL: none. */
struct made {
    struct spec *spec;
    struct setup *setup;
};
static struct made make(int k, const char *change) {
    struct made m = {0};
    err = (struct error){0};
    m.spec = spec_parse("settings", experiments[k].text, change != NULL, &change, &err);
    ck_assert_msg(m.spec != NULL, "%s", err.message);
    m.setup = setup_create(m.spec, &err);
    ck_assert_msg(m.setup != NULL, "%s", err.message);
    return m;
}

static void unmake(struct made *m) {
    setup_destroy(m->setup);
    spec_destroy(m->spec);
}

static struct evolution *evolve(const struct made *m) {
    const struct evolution_options options = evolution_options(m->setup, NULL);
    return evolution_create(m->setup, m->setup->grid, &options, &err);
}

/* ---------------------------------------------------------------- rows */

static bool is_sentence(const char *text) {
    return text != NULL && strlen(text) > 10 && text[strlen(text) - 1] == '.';
}

START_TEST(every_equation_says_what_it_is_and_does) {
    size_t count = 0;
    for (const struct equation *const *at = equations; *at != NULL; at++, count++) {
        const struct equation *e = *at;
        for (const struct equation *const *other = equations; other != at; other++)
            ck_assert_str_ne(e->name, (*other)->name);
        ck_assert_msg(is_sentence(e->description), "%s", e->name);
        ck_assert_ptr_nonnull(strstr(e->description, "dp/d"));
        ck_assert_uint_gt(strlen(e->scope), 5);
        ck_assert_uint_ge(e->size, sizeof(struct evolution_interval));
        ck_assert(e->applies && e->init && e->finish && e->flux && e->current &&
                  e->stationary);
        ck_assert_msg((e->choose == NULL) == (e->automatic == NULL), "%s", e->name);
        ck_assert_msg((e->truncation == NULL) == (e->truncated == NULL), "%s", e->name);
    }
    ck_assert_uint_eq(count, EXPERIMENTS);
}
END_TEST

START_TEST(what_an_equation_lacks_it_refuses_in_words) {
    for (const struct equation *const *e = equations; *e != NULL; e++) {
        const bool passage = passage_table_of(*e) != NULL;
        ck_assert_msg(((*e)->modes == NULL) == ((*e)->no_modes != NULL), "%s", (*e)->name);
        ck_assert_msg(passage == ((*e)->no_passage == NULL), "%s", (*e)->name);
    }
}
END_TEST

START_TEST(every_row_of_first_passage_is_whole) {
    for (const struct passage_table *const *at = passage_tables; *at != NULL; at++) {
        const struct passage_table *t = *at;
        ck_assert_ptr_eq(passage_table_of(t->equation), t);
        ck_assert(t->create && t->destroy && t->log_time_at && t->log_time_from &&
                  t->quasi && t->extent);
        ck_assert_msg((t->survival == NULL) == (t->no_survival != NULL), "%s",
                      t->equation->name);
    }
}
END_TEST

START_TEST(every_method_has_a_description_an_order_and_a_tolerance) {
    for (const struct equation *const *e = equations; *e != NULL; e++) {
        ck_assert_msg((*e)->methods[0] != NULL, "%s has no method", (*e)->name);
        for (size_t k = 0; (*e)->methods[k] != NULL; k++) {
            const struct propagator_method *m = (*e)->methods[k];
            ck_assert_ptr_eq(propagator_find((*e)->methods, m->name), m);
            ck_assert_msg(is_sentence(m->description), "%s", m->name);
            ck_assert_msg(m->order >= 0 && m->order <= 8, "%s", m->name);
            ck_assert_msg(m->tolerance >= 1e-12 && m->tolerance <= 1e-2, "%s", m->name);
            ck_assert(m->create && m->advance && m->destroy);
        }
    }
}
END_TEST

/* ---------------------------------------------------------------- settings */

START_TEST(settings_get_the_equation_that_fits_them) {
    struct made m = make(_i, NULL);
    ck_assert_str_eq(equation_of(m.setup)->name, experiments[_i].name);
    unmake(&m);
}
END_TEST

static bool keep_none(void *context, size_t k, const double *p, double time_error,
                      struct error *error) {
    (void)k, (void)p, (void)time_error, (void)error;
    ++*(int *)context;
    return true;
}

static void check_method(int experiment, const struct propagator_method *method) {
    char change[64];
    snprintf(change, sizeof change, "time.method=%s", method->name);
    struct made m = make(experiment, change);
    struct evolution *e = evolve(&m);
    ck_assert_msg(e != NULL, "%s", err.message);
    ck_assert_ptr_eq(e->interval[0]->propagator->method, method);
    const double t[1] = {m.setup->time[1]};
    double outside, *p = calloc(m.setup->grid->cells, sizeof *p);
    int taken = 0;
    ck_assert(setup_initial(m.setup, m.setup->grid, p, &outside, &err));
    ck_assert_msg(evolution_advance(e, 0, 0, p, 1, t, keep_none, &taken, &err), "%s: %s",
                  method->name, err.message);
    ck_assert_int_eq(taken, 1);
    free(p);
    evolution_destroy(e);
    unmake(&m);
}

START_TEST(every_method_can_be_chosen_by_its_name_and_advances) {
    struct made m = make(_i, NULL);
    const struct propagator_method *const *methods = equation_of(m.setup)->methods;
    unmake(&m);
    for (; *methods != NULL; methods++)
        check_method(_i, *methods);
}
END_TEST

START_TEST(auto_takes_the_first_method) {
    struct made m = make(_i, NULL);
    struct evolution *e = evolve(&m);
    ck_assert_msg(e != NULL, "%s", err.message);
    ck_assert_ptr_eq(e->interval[0]->propagator->method, equation_of(m.setup)->methods[0]);
    evolution_destroy(e);
    unmake(&m);
}
END_TEST

START_TEST(a_wrong_method_is_answered_with_the_place_and_all_names) {
    struct made m = make(_i, "time.method=nonsense");
    ck_assert_ptr_null(evolve(&m));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    ck_assert_ptr_nonnull(strstr(err.message, "time.method"));
    ck_assert_ptr_nonnull(strstr(err.message, "auto"));
    for (size_t k = 0; equation_of(m.setup)->methods[k] != NULL; k++)
        ck_assert_ptr_nonnull(strstr(err.message, equation_of(m.setup)->methods[k]->name));
    unmake(&m);
}
END_TEST

START_TEST(the_tolerance_is_that_of_the_settings_or_of_the_method) {
    struct made given = make(0, NULL), not_given = make(0, "time={snapshots: [2]}"),
                transport = make(0, "time={snapshots: [2], method: transport}"),
                stable = make(2, "time={snapshots: [2]}");
    ck_assert_double_eq(equation_tolerance(given.setup), 1e-3);
    ck_assert_double_eq(equation_tolerance(not_given.setup), 1e-10);
    ck_assert_double_eq(equation_tolerance(transport.setup), 1e-6);
    ck_assert_double_eq(equation_tolerance(stable.setup), 1e-4);
    unmake(&given), unmake(&not_given), unmake(&transport), unmake(&stable);
}
END_TEST

START_TEST(the_description_holds_every_equation_and_method) {
    char *text = equations_describe(&err);
    ck_assert_ptr_nonnull(text);
    for (const struct equation *const *e = equations; *e != NULL; e++) {
        ck_assert_ptr_nonnull(strstr(text, (*e)->description));
        for (size_t k = 0; (*e)->methods[k] != NULL; k++)
            ck_assert_ptr_nonnull(strstr(text, (*e)->methods[k]->description));
    }
    free(text);
}
END_TEST

/* ---------------------------------------------------------------- suite */

Suite *equation_tables_suite(void);
Suite *equation_tables_suite(void) {
    Suite *suite = suite_create("equation_tables");
    TCase *rows = tcase_create("rows"), *settings = tcase_create("settings");
    tcase_add_test(rows, every_equation_says_what_it_is_and_does);
    tcase_add_test(rows, what_an_equation_lacks_it_refuses_in_words);
    tcase_add_test(rows, every_row_of_first_passage_is_whole);
    tcase_add_test(rows, every_method_has_a_description_an_order_and_a_tolerance);
    tcase_add_test(rows, the_description_holds_every_equation_and_method);
    tcase_add_loop_test(settings, settings_get_the_equation_that_fits_them, 0, EXPERIMENTS);
    tcase_add_loop_test(settings, every_method_can_be_chosen_by_its_name_and_advances, 0,
                        EXPERIMENTS);
    tcase_add_loop_test(settings, auto_takes_the_first_method, 0, EXPERIMENTS);
    tcase_add_loop_test(settings, a_wrong_method_is_answered_with_the_place_and_all_names,
                        0, EXPERIMENTS);
    tcase_add_test(settings, the_tolerance_is_that_of_the_settings_or_of_the_method);
    tcase_set_timeout(settings, 0);
    suite_add_tcase(suite, rows);
    suite_add_tcase(suite, settings);
    return suite;
}
