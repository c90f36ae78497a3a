/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every long part of a run asks its monitor: a user who stops it at any tick of any part is
 * heard there and then, and the fraction that it is told grows from 0 to 1. */
#include "solver/escape/escape_report.h"
#include "solver/file/record.h"
#include "solver/run/run.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINE                                                                               \
    "model: {variables: [w], loss: (w^2 - 1)^2, noise: {covariance: 1}, "                  \
    "learning_rate: 0.2}\n"                                                                \
    "grid: {w: {min: -2.5, max: 2.5, cells: 64, align: [0]}}\n"                            \
    "initial: {gaussian: {mean: -1, std: 0.3}}\ntime: {snapshots: {log: [0.01, 20, 8]}}\n"
#define RING                                                                               \
    "model: {variables: [w], drift: 1 - cos(w), diffusion: 0.3}\n"                         \
    "grid: {w: {min: -pi, max: pi, cells: 64, boundary: periodic}}\n"                      \
    "initial: {uniform: {min: -1, max: 1}}\ntime: {snapshots: [1]}\n"
/* A current everywhere: without a potential. */
#define PLANE                                                                              \
    "model: {variables: [x, y], drift: [-x + y, -y - x], "                                 \
    "diffusion: [[0.3, 0], [0, 0.2]]}\n"                                                   \
    "grid: {x: {min: -2, max: 2, cells: 32}, y: {min: -2, max: 2, cells: 32}}\n"           \
    "initial: {gaussian: {mean: [1, 0], std: [0.3, 0.3]}}\ntime: {snapshots: [1, 2]}\n"

#define DATA                                                                               \
    "model: {variables: [w], datapoints: [(w - 1)^2/2, (w + 1)^2/2], learning_rate: "      \
    "0.1}\n"                                                                               \
    "grid: {w: {min: -3, max: 3, cells: 4096}}\n"                                          \
    "initial: {gaussian: {mean: 1, std: 0.2}}\ntime: {snapshots: [5]}\n"
#define ESCAPE "analysis: {escape: {from: -1, to: w > 0}}\n"
#define NEAR   "analysis: {escape: {from: -1, to: w > -0.8}}\n"
#define SPLITTING                                                                          \
    "analysis: {escape: {from: -1, to: w > 0, splitting: {time: 5, walkers: 100}}}\n"
#define CROSSING "analysis: {escape: {from: x < -1, to: x > 1}, stationary: false}\n"

/* Of `fokker escape` and not of a run; with few ticks, or a share that is not known. */
enum { REPORT = 1, BRIEF = 2 };

static const struct {
    const char *settings, *part; /* NULL: the rows */
    int how;
} cases[] = {
    {LINE, "cells", 0},
    {LINE, NULL, 0},
    {LINE ESCAPE, "escape: survival", 0},
    {LINE SPLITTING, "escape: arrivals in time", BRIEF},
    {LINE SPLITTING, "escape: splitting", 0},
    {LINE "analysis: {modes: 3}\n", "modes", 0},
    {RING "analysis: {modes: 3}\n", "modes", 0},
    {LINE "monte_carlo: {walkers: 1000, kinds: [sde]}\n", NULL, 0},
    {PLANE, "stationary states", 0},
    {PLANE "accuracy: estimate\n", "stationary states", 0},
    {PLANE "analysis: {stationary: false}\naccuracy: estimate\n", NULL, 0},
    {PLANE CROSSING, "escape: mean time", 0},
    {PLANE CROSSING, "escape: start", 0},
    {PLANE CROSSING, "escape: quasi-stationary law", 0},
    {PLANE CROSSING, "escape: half the cells", 0},
    {PLANE CROSSING, "escape: committor", 0},
    {PLANE CROSSING, "escape: survival", 0},
    {DATA ESCAPE, "escape: exponents", 0},
    {LINE NEAR, "escape: double integral", REPORT | BRIEF},
    {LINE NEAR, "escape: slowest relaxation", REPORT | BRIEF},
    {LINE NEAR, "escape: SDE walkers", REPORT},
    {LINE NEAR, "escape: SGD walkers, normal noise", REPORT},
    {LINE NEAR, "escape: SGD with normal noise", REPORT},
    {PLANE "analysis: {modes: 2, stationary: false}\n", "modes", 0},
    {PLANE "analysis: {stationary: false}\n", NULL, 0},
};

struct user {
    const char *part, *now; /* that is stopped, and the present one */
    size_t ticks, stop_at;  /* of the part; 0: never */
    size_t after;           /* ticks after the user has said stop */
    double least, most;     /* fractions told */
    bool report;            /* to which NAN is told, too, where a share is not known */
};

static void begin(void *context, const char *name) {
    struct user *user = context;
    user->now = name;
}

static bool tick(void *context, double fraction) {
    struct user *user = context;
    ck_assert((fraction >= 0 && fraction <= 1) || (isnan(fraction) && user->report));
    if (user->stop_at > 0 && user->ticks >= user->stop_at) return user->after++, false;
    const bool here = user->part == NULL
                          ? user->now == NULL
                          : user->now != NULL && strcmp(user->part, user->now) == 0;
    if (!here) return true;
    user->least = fmin(user->least, fraction), user->most = fmax(user->most, fraction);
    return ++user->ticks != user->stop_at;
}

static bool report_for(struct user *user, const struct spec *spec, struct error *err) {
    char *text, doubt[ESCAPE_STEPS_TEXT];
    const struct escape_report_options options = {.monte_carlo = true,
                                                  .walkers = 100,
                                                  .monitor = {tick, user},
                                                  .parts = {begin, user}};
    const bool good = escape_report(spec, &options, &text, doubt, err);
    free(text);
    return good;
}

static bool run_for(struct user *user, const struct spec *spec, struct error *err) {
    struct run_result result;
    const struct run_options options = {
        .memory = true, .monitor = {tick, user}, .part = begin, .say_context = user};
    const bool good = run(spec, &options, &result, err);
    run_result_finish(&result);
    struct error closing;
    if (result.record != NULL) ck_assert(record_close(result.record, &closing));
    return good;
}

static bool work_for(struct user *user, int k, struct error *err) {
    struct spec *spec = spec_parse("settings", cases[k].settings, 0, NULL, err);
    ck_assert_msg(spec != NULL, "%s", err->message);
    const bool good = (cases[k].how & REPORT ? report_for : run_for)(user, spec, err);
    spec_destroy(spec);
    return good;
}

START_TEST(is_heard_at_every_tick) {
    struct error err = {0};
    struct user whole = {
        .part = cases[_i].part, .least = 1, .report = cases[_i].how & REPORT};
    ck_assert_msg(work_for(&whole, _i, &err), "%s", err.message);
    ck_assert_msg(whole.ticks > 0, "nobody asks in %s", cases[_i].part);
    ck_assert_msg(cases[_i].how & BRIEF || (whole.most > 0.25 && whole.least < 0.5),
                  "from %g to %g", whole.least, whole.most);
    for (size_t k = 1; k <= whole.ticks; k += k < 4 ? 1 : k) {
        struct user user = {
            .part = cases[_i].part, .stop_at = k, .report = cases[_i].how & REPORT};
        err = (struct error){0};
        ck_assert(!work_for(&user, _i, &err));
        ck_assert_msg(err.kind == ERROR_INTERRUPTED &&
                          strcmp(err.message, "interrupted") == 0,
                      "tick %zu of %zu: %s", k, whole.ticks, err.message);
        ck_assert_uint_le(user.after, 1);
    }
}
END_TEST

Suite *parts_suite(void);
Suite *parts_suite(void) {
    Suite *suite = suite_create("parts");
    TCase *heard = tcase_create("interruption");
    tcase_set_timeout(heard, 120);
    tcase_add_loop_test(heard, is_heard_at_every_tick, 0,
                        (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, heard);
    return suite;
}
