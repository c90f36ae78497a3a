/* SPDX-License-Identifier: GPL-3.0-or-later
 * The time left, by a clock of the test's own: whatever the work is like, an answer that is
 * given is within a factor of 2 of the truth, give or take two seconds
 * and the longest step. */
#include "io/pace.h"
#include <check.h>
#include <math.h>

#define FACTOR 2.0

/* The clock when the fraction f is done of work that takes `whole` seconds, most of them. */
typedef double clock_of(double f, double parameter);

static double power(double f, double p) {
    return 600 * pow(f, p);
}
/* A first part that takes long and is a fraction of nothing. */
static double late(double f, double start) {
    return start + 300 * f;
}
static double jitter(double f, double size) {
    return 200 * f + size * sin(50 * f);
}
/* Rows at times that grow geometrically, each of the same cost, told by their times. */
static double by_row(double f, double first) {
    return 60 * (f > first ? 1 + log(f / first) : 1);
}
/* Long fits of silence, each at a tenth: a factorisation before walkers. */
static double fits(double f, double seconds) {
    return 100 * f + seconds * floor(10 * f + 1e-9);
}

static const struct {
    clock_of *clock;
    double parameter;
    int ticks;       /* of equal fractions */
    double known_at; /* from this fraction on there is an answer; > 1: perhaps never */
    double from;     /* before it what is to come is not announced */
} work[] = {
    {power, 1, 10, 0.8, 0},     {power, 1, 100, 0.1, 0},    {power, 1, 100000, 0.01, 0},
    {power, 0.25, 1000, 2, 0},  {power, 0.5, 1000, 0.8, 0}, {power, 0.8, 1000, 0.3, 0},
    {power, 1.2, 1000, 0.3, 0}, {power, 1.5, 1000, 0.6, 0}, {power, 2, 1000, 0.95, 0},
    {power, 4, 1000, 2, 0},     {late, 1, 1000, 0.05, 0},   {late, 3600, 1000, 0.05, 0},
    {jitter, 0.01, 1000, 2, 0}, {jitter, 1, 1000, 0.5, 0},  {by_row, 1e-3, 1000, 2, 0},
    {by_row, 0.1, 1000, 2, 0},  {fits, 1, 1000, 2, 0},      {fits, 60, 1000, 2, 0.1},
};

START_TEST(an_answer_is_within_a_factor_of_two) {
    struct pace pace;
    clock_of *at = work[_i].clock;
    const double parameter = work[_i].parameter, end = at(1, parameter);
    double longest = 0;
    pace_begin(&pace);
    for (int k = 1; k < work[_i].ticks; k++) {
        const double f = (double)k / work[_i].ticks, s = at(f, parameter);
        const double next = at((k + 1.0) / work[_i].ticks, parameter);
        const double slack = 2 + (longest = fmax(longest, next - s));
        pace_add(&pace, f, s);
        for (double now = s; now <= next; now += fmax((next - s) / 3, 1e-9)) {
            const double told = pace_left(&pace, now), left = end - now;
            if (isnan(told) || f < work[_i].from) continue;
            ck_assert_msg(told <= FACTOR * (left + slack) &&
                              left <= FACTOR * (told + slack),
                          "work %d at %g: %g s left, %g s told", _i, f, left, told);
        }
        if (f >= work[_i].known_at)
            ck_assert_msg(!isnan(pace_left(&pace, s)), "work %d at %g: no answer", _i, f);
    }
}
END_TEST

/* What was told as 5 h 59 min: a sixteenth is done at once, then nothing is heard for 22 minutes
 * (a factorisation), and the rest takes one and a half. */
START_TEST(a_silence_is_no_pace) {
    struct pace pace;
    pace_begin(&pace);
    for (int k = 1; k <= 60; k++)
        pace_add(&pace, 0.001 * k, 0.1 * k);
    ck_assert(pace_left(&pace, 6) < 200);
    for (double s = 15; s < 1300; s++)
        ck_assert(isnan(pace_left(&pace, s)));
    for (int k = 61; k < 1000; k++) {
        const double s = 1300 + 0.1 * (k - 60), left = 0.1 * (1000 - k);
        pace_add(&pace, 0.001 * k, s);
        const double told = pace_left(&pace, s);
        ck_assert(isnan(told) || (told <= FACTOR * left && left <= FACTOR * told));
    }
    ck_assert(!isnan(pace_left(&pace, pace.now.seconds)));
}
END_TEST

/* It gets ten times slower half-way, which nobody can know before: soon nothing is told. */
START_TEST(a_slower_pace_is_noticed) {
    struct pace pace;
    pace_begin(&pace);
    for (int k = 1; k <= 500; k++)
        pace_add(&pace, 0.001 * k, 0.1 * k);
    ck_assert(!isnan(pace_left(&pace, 50)));
    for (int k = 501; k < 600; k++) {
        pace_add(&pace, 0.001 * k, 50 + (k - 500));
        if (k > 515) ck_assert(isnan(pace_left(&pace, pace.now.seconds)));
    }
}
END_TEST

START_TEST(nothing_is_known_at_first) {
    struct pace pace;
    pace_begin(&pace);
    ck_assert(isnan(pace_left(&pace, 0)));
    pace_add(&pace, 0.5, 1);
    pace_add(&pace, 0.5, 50); /* no change */
    ck_assert(isnan(pace_left(&pace, 50)));
    ck_assert(pace.now.seconds == 1);
}
END_TEST

Suite *pace_suite(void);

Suite *pace_suite(void) {
    Suite *suite = suite_create("pace");
    TCase *tests = tcase_create("time left");
    tcase_add_loop_test(tests, an_answer_is_within_a_factor_of_two, 0,
                        (int)(sizeof work / sizeof *work));
    tcase_add_test(tests, a_silence_is_no_pace);
    tcase_add_test(tests, a_slower_pace_is_noticed);
    tcase_add_test(tests, nothing_is_known_at_first);
    suite_add_tcase(suite, tests);
    return suite;
}
