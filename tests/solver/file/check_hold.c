/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which rows wait for others, by a clock that the test sets. */
#include "solver/file/hold.h"
#include <check.h>

static const double quick = HOLD_SECONDS / 16, slow = 2 * HOLD_SECONDS;

static struct hold hold;
static double now;

static void set_up(void) {
    hold = (struct hold){0};
    now = 1e5;
    ck_assert(hold_row(&hold, now)); /* the first row makes the file */
    hold_released(&hold, now);
}

static bool row_after(double seconds) {
    now += seconds;
    if (!hold_row(&hold, now)) return false;
    hold_released(&hold, now);
    return true;
}

static bool sign_after(double seconds) {
    now += seconds;
    if (!hold_go_on(&hold, now)) return false;
    hold_released(&hold, now);
    return true;
}

START_TEST(slow_rows_do_not_wait) {
    for (int row = 0; row < 10; row++)
        ck_assert(row_after(slow));
}
END_TEST

START_TEST(quick_rows_wait_no_longer_than_the_patience) {
    double waited = 0;
    int published = 0;
    for (int row = 0; row < 170; row++) {
        waited += quick;
        if (!row_after(quick)) continue;
        ck_assert_double_le(waited, HOLD_SECONDS + 1.5 * quick);
        waited = 0, published++;
    }
    ck_assert_int_eq(published, 10); /* 17 at a time */
    ck_assert(!row_after(quick));
    ck_assert(row_after(slow)); /* and none before a slow one */
}
END_TEST

START_TEST(a_sign_of_life_publishes_what_has_waited) {
    ck_assert(!sign_after(quick)); /* nothing is held */
    ck_assert(!row_after(quick));
    for (int k = 0; k < 15; k++)
        ck_assert(!sign_after(quick));
    ck_assert(sign_after(quick));
    ck_assert(!sign_after(quick));
}
END_TEST

/* What took long once may take long again: rows do not wait through it. */
START_TEST(rows_do_not_wait_through_what_has_taken_long_before) {
    ck_assert(!row_after(quick));
    ck_assert(!sign_after(quick));
    ck_assert(row_after(slow)); /* a window of long work, and its first row */
    for (int row = 0; row < 5; row++)
        ck_assert(!row_after(quick));
    ck_assert(sign_after(quick)); /* the next window begins */
    ck_assert(!sign_after(slow)); /* nothing is held any more */
    ck_assert(!row_after(quick));
    ck_assert(sign_after(quick));
}
END_TEST

/* Writing is no work of the computation. */
START_TEST(the_time_of_writing_does_not_count) {
    ck_assert(!row_after(quick));
    now += slow;
    hold_released(&hold, now);
    ck_assert(!row_after(quick));
    ck_assert(!sign_after(quick));
}
END_TEST

Suite *hold_suite(void);
Suite *hold_suite(void) {
    Suite *suite = suite_create("hold");
    TCase *one = tcase_create("rows");
    tcase_add_checked_fixture(one, set_up, NULL);
    tcase_add_test(one, slow_rows_do_not_wait);
    tcase_add_test(one, quick_rows_wait_no_longer_than_the_patience);
    tcase_add_test(one, a_sign_of_life_publishes_what_has_waited);
    tcase_add_test(one, rows_do_not_wait_through_what_has_taken_long_before);
    tcase_add_test(one, the_time_of_writing_does_not_count);
    suite_add_tcase(suite, one);
    return suite;
}
