/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every long part of a run asks its monitor: a user who stops it at any tick of any part is
 * heard there and then, and the fraction that it is told grows from 0 to 1. */
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

static const struct {
    const char *settings, *part; /* NULL: the rows */
} cases[] = {
    {LINE, "cells"},
    {LINE, NULL},
    {LINE "analysis: {escape: {from: -1, to: w > 0}}\n", "escape"},
    {LINE
     "analysis: {escape: {from: -1, to: w > 0, splitting: {time: 20, walkers: 100}}}\n",
     "escape"},
    {LINE "analysis: {modes: 3}\n", "modes"},
    {RING "analysis: {modes: 3}\n", "modes"},
    {LINE "monte_carlo: {walkers: 1000, kinds: [sde]}\n", NULL},
    {PLANE, "stationary states"},
    {PLANE "accuracy: estimate\n", "stationary states"},
    {PLANE "analysis: {stationary: false}\naccuracy: estimate\n", NULL},
    {PLANE "analysis: {escape: {from: x < -1, to: x > 1}, stationary: false}\n", "escape"},
    {PLANE "analysis: {modes: 2, stationary: false}\n", "modes"},
    {PLANE "analysis: {stationary: false}\n", NULL},
};

struct user {
    const char *part, *now; /* that is stopped, and the present one */
    size_t ticks, stop_at;  /* of the part; 0: never */
    size_t after;           /* ticks after the user has said stop */
    double least, most;     /* fractions told */
};

static void begin(void *context, const char *name) {
    struct user *user = context;
    user->now = name;
}

static bool tick(void *context, double fraction) {
    struct user *user = context;
    ck_assert(fraction >= 0 && fraction <= 1);
    if (user->stop_at > 0 && user->ticks >= user->stop_at) return user->after++, false;
    const bool here = user->part == NULL
                          ? user->now == NULL
                          : user->now != NULL && strcmp(user->part, user->now) == 0;
    if (!here) return true;
    user->least = fmin(user->least, fraction), user->most = fmax(user->most, fraction);
    return ++user->ticks != user->stop_at;
}

static bool run_for(struct user *user, const char *settings, struct error *err) {
    struct run_result result;
    struct spec *spec = spec_parse("settings", settings, 0, NULL, err);
    ck_assert_msg(spec != NULL, "%s", err->message);
    const struct run_options options = {
        .memory = true, .monitor = {tick, user}, .part = begin, .say_context = user};
    const bool good = run(spec, &options, &result, err);
    run_result_finish(&result);
    struct error closing;
    if (result.record != NULL) ck_assert(record_close(result.record, &closing));
    spec_destroy(spec);
    return good;
}

START_TEST(is_heard_at_every_tick) {
    struct error err = {0};
    struct user whole = {.part = cases[_i].part, .least = 1};
    ck_assert_msg(run_for(&whole, cases[_i].settings, &err), "%s", err.message);
    ck_assert_msg(whole.ticks > 0, "nobody asks in %s", cases[_i].part);
    ck_assert_msg(whole.most > 0.25 && whole.least < 0.5, "from %g to %g", whole.least,
                  whole.most);
    for (size_t k = 1; k <= whole.ticks; k += k < 4 ? 1 : k / 2) {
        struct user user = {.part = cases[_i].part, .stop_at = k};
        err = (struct error){0};
        ck_assert(!run_for(&user, cases[_i].settings, &err));
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
