/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two small experiments for tests of the library, and a folder to run them in. */
#pragma once

#include "solver/fokker.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char line_text[] = "model:\n"
                                "  variables: [w]\n"
                                "  parameters: {T: 0.1}\n"
                                "  loss: w^2/2\n"
                                "  noise: {covariance: 1}\n"
                                "  learning_rate: T\n"
                                "grid:\n"
                                "  w: {min: -3, max: 3, cells: 48}\n"
                                "initial: {gaussian: {mean: 1, std: 0.3}}\n"
                                "time: {unit: steps, snapshots: {linear: [0, 20, 5]}}\n"
                                "analysis: {regions: {right: w > 0}}\n";
static const char plane_text[] =
    "model:\n"
    "  variables: [u, v]\n"
    "  loss: u^2/2 + v^2\n"
    "  noise: {covariance: [[1, 0.2], [0.2, 1]]}\n"
    "  learning_rate: 0.1\n"
    "grid: {u: {min: -2, max: 2, cells: 12}, v: {min: -2, max: 2, cells: 10}}\n"
    "initial: {gaussian: {mean: [0.5, 0], std: [0.4, 0.4]}}\n"
    "time: {snapshots: {linear: [0, 5, 3]}}\n";

static char folder[] = "/tmp/check_library_XXXXXX";

static inline void enter_folder(void) {
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

/* Empty again. */
static inline void leave_folder(void) {
    ck_assert_int_eq(rmdir(folder), 0);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
}

static struct fokker_model *model_of(const char *text, const char *const *changes) {
    struct fokker_error error;
    struct fokker_model *m = fokker_open_text(text, changes, &error);
    ck_assert_msg(m != NULL, "%s", error.message);
    return m;
}

static struct fokker_result *result_of(const struct fokker_model *m) {
    struct fokker_error error;
    struct fokker_result *r;
    ck_assert_msg(fokker_run(m, NULL, &r, &error), "%s", error.message);
    ck_assert_int_eq(error.kind, FOKKER_NO_ERROR);
    return r;
}
