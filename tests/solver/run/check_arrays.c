/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables and examples from arrays in memory; a file of tables is read once. */
#include "solver/model/model.h"
#include "solver/settings/setup.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NX = 9, NY = 7, N = 3 };
static struct error err;
static double x[NX], y[NY], surface[NY * NX], losses[N * NY * NX];

#define REST                                                                               \
    "grid: {x: {min: -1.5, max: 1.5, cells: 12}, y: {min: -1, max: 1, cells: 10}}\n"       \
    "initial: {gaussian: {mean: [0, 0], std: [0.3, 0.3]}}\n"                               \
    "time: {snapshots: [1]}\n"
static const char tables[] =
    "model:\n  variables: [x, y]\n  tables: {\"E(a, b)\": {at: [xs, ys], value: E}}\n"
    "  loss: E(x, y)\n  noise: {covariance: [[1, 0], [0, 1]]}\n  learning_rate: 0.1\n" REST;
static const char examples[] = "model:\n  variables: [x, y]\n"
                               "  examples: {at: [xs, ys], values: each}\n"
                               "  learning_rate: 0.1\n" REST;

/* E = x^2 + x y^2, l_k = (k + 1) E. */
static void fill(void) {
    for (int i = 0; i < NX; i++)
        x[i] = -2 + 0.5 * i;
    for (int j = 0; j < NY; j++)
        y[j] = -1.5 + 0.5 * j;
    for (int j = 0; j < NY; j++)
        for (int i = 0; i < NX; i++) {
            surface[j * NX + i] = x[i] * x[i] + x[i] * y[j] * y[j];
            for (int k = 0; k < N; k++)
                losses[(k * NY + j) * NX + i] = (k + 1) * surface[j * NX + i];
        }
}

static struct spec *with_arrays(const char *text) {
    struct spec *spec = spec_parse("settings", text, 0, NULL, &err);
    fill();
    ck_assert_msg(spec != NULL, "%s", err.message);
    ck_assert(spec_add_array(spec, "xs", 1, (const size_t[]){NX}, x, &err));
    ck_assert(spec_add_array(spec, "ys", 1, (const size_t[]){NY}, y, &err));
    ck_assert(spec_add_array(spec, "E", 2, (const size_t[]){NY, NX}, surface, &err));
    ck_assert(spec_add_array(spec, "each", 3, (const size_t[]){N, NY, NX}, losses, &err));
    memset(surface, 0, sizeof surface); /* copied they are */
    return spec;
}

/* L, G_x and C_xx of the model at (0.3, -0.4). */
static void evaluate(const struct spec *spec, double *loss, double *slope, double *noise) {
    const double at[2] = {0.3, -0.4}, *const point[2] = {&at[0], &at[1]};
    double gradient[2], covariance[3];
    struct setup *setup = setup_create(spec, &err);
    ck_assert_msg(setup != NULL, "%s", err.message);
    ck_assert(model_evaluate(setup->model, 1, point, loss, gradient, covariance, &err));
    *slope = gradient[0], *noise = covariance[0];
    setup_destroy(setup);
}

static const double E = 0.3 * 0.3 + 0.3 * 0.16, E_x = 2 * 0.3 + 0.16;

START_TEST(tables_come_from_memory) {
    double loss, slope, noise;
    struct spec *spec = with_arrays(tables);
    evaluate(spec, &loss, &slope, &noise);
    ck_assert_double_eq_tol(loss, E, 1e-13);
    ck_assert_double_eq_tol(slope, E_x, 1e-12);
    ck_assert(noise == 1);
    spec_destroy(spec);
}
END_TEST

/* Means over the factors 1, 2, 3: 2, of variance 2/3. */
START_TEST(examples_come_from_memory) {
    double loss, slope, noise;
    struct spec *spec = with_arrays(examples);
    evaluate(spec, &loss, &slope, &noise);
    ck_assert_double_eq_tol(loss, 2 * E, 1e-13);
    ck_assert_double_eq_tol(slope, 2 * E_x, 1e-12);
    ck_assert_double_eq_tol(noise, 2.0 / 3 * E_x * E_x, 1e-12);
    spec_destroy(spec);
}
END_TEST

START_TEST(a_name_that_was_not_given_is_told) {
    struct spec *spec = spec_parse("settings", tables, 0, NULL, &err);
    ck_assert_ptr_null(setup_create(spec, &err));
    ck_assert_msg(strstr(err.message, "the key 'file' is missing, and no arrays") != NULL,
                  "%s", err.message);
    ck_assert(spec_add_array(spec, "xs", 1, (const size_t[]){4}, x, &err));
    ck_assert_ptr_null(setup_create(spec, &err));
    ck_assert_msg(strstr(err.message, "no array 'ys' was given; there are xs") != NULL,
                  "%s", err.message);
    spec_destroy(spec);
}
END_TEST

/* Gone after the first graph, and not missed by the second. */
START_TEST(a_file_is_read_once) {
    char text[600], path[] = "/tmp/check_arrays_XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    fputs("w,L\n-2,4\n-1,1\n0,0\n1,1\n2,4\n", file);
    fclose(file);
    snprintf(
        text, sizeof text,
        "model: {variables: [w], tables: {\"L(u)\": {file: %s, at: w, value: L}}, loss: "
        "L(w), noise: {covariance: 1}, learning_rate: 0.1}\n"
        "grid: {w: {min: -1.5, max: 1.5, cells: 12}}\n"
        "initial: {density: exp(-L(w))}\ntime: {snapshots: [1]}\n",
        path);
    struct spec *spec = spec_parse("settings", text, 0, NULL, &err);
    struct graph *first = setup_graph(spec, NULL, &err);
    ck_assert_msg(first != NULL, "%s", err.message);
    unlink(path);
    struct setup *setup = setup_create(spec, &err);
    ck_assert_msg(setup != NULL, "%s", err.message);
    setup_destroy(setup);
    spec_destroy(spec);
    const expr loss = expr_parse(first, "L(0.5)", &err); /* the graph is an owner still */
    ck_assert_double_eq_tol(expr_value(first, loss, NULL), 0.25, 1e-14);
    graph_destroy(first);
}
END_TEST

Suite *arrays_suite(void);
Suite *arrays_suite(void) {
    Suite *suite = suite_create("arrays");
    TCase *t = tcase_create("arrays");
    tcase_add_test(t, tables_come_from_memory);
    tcase_add_test(t, examples_come_from_memory);
    tcase_add_test(t, a_name_that_was_not_given_is_told);
    tcase_add_test(t, a_file_is_read_once);
    suite_add_tcase(suite, t);
    return suite;
}
