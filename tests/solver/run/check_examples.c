/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every key of a settings file has an example, which `fokker check` accepts in one of the
 * experiments below: with --set, where the key stands. */
#include "solver/run/run.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GRID  "grid: {w: {min: -3, max: 3, cells: 40}}\n"
#define PLANE "grid: {x: {min: -3, max: 3, cells: 12}, y: {min: -3, max: 3, cells: 12}}\n"
#define START "initial: {gaussian: {mean: -1, std: 0.3}}\n"
#define TIME  "time: {snapshots: [10, 20]}\n"
#define LOSS                                                                               \
    "model: {variables: [w], loss: w^2/2, noise: {covariance: 1}, learning_rate: 0.1}\n"

/* Between them they have every section, and every alternative of those that have some. */
static const char *const experiment[] = {
    "model:\n"
    "  variables: [w]\n"
    "  parameters: {T: 0.002, s: sqrt(2/T)}\n"
    "  functions: {\"f(u)\": 2*u^2 - u^4}\n"
    "  datapoints: [f(w) + s*w, f(w) - s*w]\n"
    "  learning_rate: T\n" GRID START TIME "monte_carlo: {walkers: 0}\n"
    "analysis: {regions: {left: w < 0}}\n"
    "accuracy: {space: 1e-3}\n"
    "output: {file: out.h5}\n",
    "model: {variables: [w], example_loss: sqrt(1 + (w*x - y)^2), data: {file: "
    "points.csv}, "
    "learning_rate: 0.03}\n" GRID START TIME,
    "model: {variables: [w], example_loss: (w*x - y)^2/2, "
    "data: {normal: {x: [0, 1], y: [0, 1]}}, learning_rate: 0.03}\n" GRID START TIME,
    LOSS GRID START TIME
    "analysis: {escape: {from: -1, to: w > 0, splitting: {time: 20}}}\n",
    LOSS GRID START TIME
    "analysis: {escape: {from: -1, to: w > 0, splitting: {time: 20, at: [-0.4, -0.2]}}}\n",
    LOSS GRID "initial: {mixture: [{mean: 0, std: 1}]}\ntime: {snapshots: {at: [10]}}\n",
    LOSS GRID "initial: {uniform: {min: 0, max: 1}}\ntime: {snapshots: {log: [1, 9, 3]}}\n",
    LOSS GRID "initial: {point: 0}\ntime: {snapshots: {linear: [1, 9, 3]}}\n",
    LOSS GRID "initial: {density: exp(-w^2)}\n" TIME,
    LOSS "grid: {w: {min: -3, max: 3, cells: 40, spacing: sinh}}\n" START TIME,
    LOSS "grid: {w: {min: -3, max: 3, cells: 40, spacing: geometric}}\n" START TIME,
    LOSS "grid: {w: {spacing: nodes, nodes: [-3, 0, 3]}}\n" START TIME,
    LOSS GRID START "time: {method: backward_euler, snapshots: [10]}\n",
    "model: {variables: [w], loss: w^2/2, noise: {stable: {alpha: 1.2, sigma: 0.2}}, "
    "learning_rate: 0.1}\n" GRID START TIME,
    "model: {variables: [w], drift: -w, diffusion: 1}\n" GRID START TIME
    "monte_carlo: {walkers: 0, kinds: [sde], step: 0.01}\n",
    "model: {variables: [x, y], loss: x^2/2 + y^2/2, noise: {covariance: [[1, 0], [0, "
    "1]]}, "
    "learning_rate: 0.1}\n" PLANE "initial: {gaussian: {mean: [0, 0], std: [1, 1]}}\n" TIME,
    "model: {variables: [x, y], loss: x^2/2 + y^2/2, noise: {covariance: [[1, 0], [0, "
    "1]]}, "
    "learning_rate: 0.1}\n" PLANE
    "initial: {mixture: [{mean: [0, 0], std: [1, 1]}]}\n" TIME,
    "model: {variables: [x, y], loss: x^2/2, dynamics: kinetic, friction: 1, temperature: "
    "1}"
    "\n" PLANE "initial: {gaussian: {mean: [0, 0], std: [1, 1]}}\ntime: {snapshots: [1]}\n",
    "model: {variables: [x, y], loss: x^2/2, noise: {covariance: 1}, momentum: 0.9, "
    "learning_rate: 0.1, dynamics: kinetic}\n" PLANE
    "initial: {gaussian: {mean: [0, 0], std: [1, 1]}}\ntime: {snapshots: [1]}\n",
    "model: {variables: [w], loss: S(w), tables: {\"S(u)\": {file: slice.csv, at: step, "
    "value: "
    "loss}}, noise: {covariance: 1}, learning_rate: 0.1}\n" GRID START TIME,
    "model: {variables: [w], examples: {file: slice.csv, at: step, values: \"*loss\"}, "
    "learning_rate: 0.1}\n" GRID START TIME,
    LOSS GRID "initial: {file: run.h5}\n" TIME,
    "model: {variables: [w, v], datapoints: [w^2/2 - w, w^2/2 + w], update: {v: v + g, w: "
    "w - v}}\n"
    "grid: {w: {min: -3, max: 3, cells: 12}, v: {min: -3, max: 3, cells: 12}}\n"
    "initial: {gaussian: {mean: [0, 0], std: [1, 1]}}\n" TIME,
    "model: {variables: [w], drift: \"-w + if(t > 1000, 1, 0)\", diffusion: 0.5}\n" GRID
        START TIME,
};
enum { EXPERIMENTS = sizeof experiment / sizeof *experiment };

static char folder[] = "/tmp/fokker-settings-XXXXXX";

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* An output file of four rows. */
static void write_run(const char *path) {
    const struct run_options options = {.output = path};
    struct run_result result = {0};
    struct error err = {0};
    write_file("a.yaml", LOSS GRID START "time: {snapshots: [1, 2, 3]}\n");
    struct spec *spec = spec_load("a.yaml", 0, NULL, &err);
    ck_assert_msg(spec != NULL && run(spec, &options, &result, &err), "%s", err.message);
    run_result_finish(&result);
    spec_destroy(spec);
}

static void enter_folder(void) {
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    write_file("points.csv", "x,y\n1,2\n2,3\n3,7\n");
    write_file("slice.csv", "step,loss,train_loss\n-4,8,8\n-2,2,2\n0,0,0\n2,2,2\n4,8,8\n");
    write_run("run.h5");
}

static void leave_folder(void) {
    unlink("points.csv"), unlink("slice.csv"), unlink("run.h5"), unlink("run.xdmf2");
    unlink("a.yaml");
    ck_assert_int_eq(rmdir(folder), 0);
}

/* The experiment in a.yaml, with one key set (NULL: as it is). */
static bool checks(const char *assignment, struct error *err) {
    struct run_outline plan = {0};
    struct spec *spec = spec_load("a.yaml", assignment != NULL, &assignment, err);
    const bool good = spec != NULL && run_check(spec, &plan, err);
    run_outline_finish(&plan);
    spec_destroy(spec);
    return good;
}

/* {KEY: EXAMPLE} with what its section needs besides. */
static void print_entry(FILE *out, const struct spec_section *s, const struct setting *key,
                        const char *example) {
    fprintf(out, "{%s: %s", key->key, example);
    for (const struct setting *k = s->table; k->key != NULL; k++)
        if (k != key && k->fallback == NULL) fprintf(out, ", %s: %s", k->key, k->example);
    fputs("}", out);
}

/* How an example is given: PATH.KEY=EXAMPLE where the section is a mapping; a list of one
 * entry, or of one and a plain one, where it is a list; the mapping as a whole, with what it
 * needs besides. */
enum { KEY_ALONE, LIST_OF_ONE, LIST_OF_TWO, WHOLE_SECTION, FORMS };

static void print_assignment(FILE *out, const struct spec_section *s,
                             const struct setting *key, const char *example, int form) {
    const bool axis = strncmp(s->name, "grid", 4) == 0;
    const bool table = strcmp(s->name, "model.tables") == 0;
    const char *name = axis ? "grid.w" : table ? "model.tables.S(u)" : s->name;
    const char *rest = axis ? s->name + 4 : "";
    if (form == KEY_ALONE) {
        fprintf(out, "%s%s%s%s=%s", name, rest, name[0] != '\0' ? "." : "", key->key,
                example);
        return;
    }
    fprintf(out, "%s%s=%s", name, rest, form == WHOLE_SECTION ? "" : "[");
    print_entry(out, s, key, example);
    if (form == LIST_OF_TWO) fprintf(out, ", {value: 1}");
    if (form != WHOLE_SECTION) fputs("]", out);
}

/* Does any of the experiments take it? What was said last otherwise. */
static bool accepted(const struct spec_section *s, const struct setting *key,
                     const char *example, struct error *err) {
    bool good = false;
    for (int k = 0; !good && k < FORMS * EXPERIMENTS; k++) {
        char assignment[600];
        FILE *out = fmemopen(assignment, sizeof assignment, "w");
        print_assignment(out, s, key, example, k % FORMS);
        fclose(out);
        write_file("a.yaml", experiment[k / FORMS]);
        *err = (struct error){0};
        good = checks(assignment, err);
    }
    return good;
}

START_TEST(the_experiments_are_good) {
    struct error err = {0};
    write_file("a.yaml", experiment[_i]);
    ck_assert_msg(checks(NULL, &err), "%d: %s", _i, err.message);
}
END_TEST

START_TEST(every_key_has_an_example_that_is_accepted) {
    size_t keys = 0;
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++)
        for (const struct setting *key = s->table; key->key != NULL; key++, keys++) {
            struct error err;
            ck_assert_msg(key->example != NULL, "%s.%s has none", s->name, key->key);
            ck_assert_msg(accepted(s, key, key->example, &err), "%s.%s: %s: %s", s->name,
                          key->key, key->example, err.message);
        }
    ck_assert_uint_gt(keys, 90);
}
END_TEST

/* What no experiment takes is seen: a wrong type, range, choice, name and expression. */
START_TEST(a_wrong_example_is_refused) {
    static const struct {
        const char *section, *key, *example;
    } wrong[] = {{"model", "batch_size", "0"},
                 {"model", "loss", "w^^2"},
                 {"model", "interpretation", "Ito"},
                 {"grid", "cells", "12.5"},
                 {"grid.refine", "factor", "0"},
                 {"initial.mixture", "weight", "-1"},
                 {"time", "unit", "hours"},
                 {"time.snapshots", "log", "[1, 2]"},
                 {"model.learning_rate", "until", "x"},
                 {"analysis.escape", "to", "z > 0"}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        const struct spec_section *s = spec_sections;
        while (strcmp(s->name, wrong[k].section) != 0)
            s++;
        const struct setting *key = s->table;
        while (strcmp(key->key, wrong[k].key) != 0)
            key++;
        struct error err;
        ck_assert_msg(!accepted(s, key, wrong[k].example, &err), "%s.%s: %s",
                      wrong[k].section, wrong[k].key, wrong[k].example);
    }
}
END_TEST

Suite *examples_suite(void);
Suite *examples_suite(void) {
    Suite *suite = suite_create("examples");
    TCase *tcase = tcase_create("settings");
    tcase_add_unchecked_fixture(tcase, enter_folder, leave_folder);
    tcase_add_loop_test(tcase, the_experiments_are_good, 0, EXPERIMENTS);
    tcase_add_test(tcase, every_key_has_an_example_that_is_accepted);
    tcase_add_test(tcase, a_wrong_example_is_refused);
    tcase_set_timeout(tcase, 0);
    suite_add_tcase(suite, tcase);
    return suite;
}
