/* SPDX-License-Identifier: GPL-3.0-or-later
 * A second thread does every task once, while its owner goes on or sleeps. */
#include "io/second_thread.h"
#include <check.h>
#include <pthread.h>
#include <time.h>

struct task {
    long sum;
    pthread_t by;
};

static void add(void *context) {
    struct task *t = context;
    t->sum++;
    t->by = pthread_self();
}

/* Pauses in which the thread falls asleep, and none. */
START_TEST(every_task_is_done_once_by_another_thread) {
    const struct timespec pause = {0, _i * 3000000L};
    const int tasks = _i ? 5 : 20000;
    struct second_thread *h = second_thread_create();
    struct task t = {0};
    ck_assert_ptr_nonnull(h);
    for (int k = 1; k <= tasks; k++) {
        if (_i) nanosleep(&pause, NULL);
        second_thread_begin(h, add, &t);
        if (_i) nanosleep(&pause, NULL);
        second_thread_wait(h);
        ck_assert_int_eq(t.sum, k);
        ck_assert(!pthread_equal(t.by, pthread_self()));
    }
    second_thread_destroy(h);
}
END_TEST

/* One begins where the other waits: they are two threads. */
static void meet(void *context) {
    pthread_barrier_wait(context);
}

START_TEST(the_owner_goes_on) {
    pthread_barrier_t both;
    struct second_thread *h = second_thread_create();
    ck_assert_ptr_nonnull(h);
    pthread_barrier_init(&both, NULL, 2);
    second_thread_begin(h, meet, &both);
    pthread_barrier_wait(&both);
    second_thread_wait(h);
    pthread_barrier_destroy(&both);
    second_thread_destroy(h);
    second_thread_destroy(NULL);
}
END_TEST

Suite *second_thread_suite(void);

Suite *second_thread_suite(void) {
    Suite *suite = suite_create("second thread");
    TCase *tests = tcase_create("tasks");
    tcase_add_loop_test(tests, every_task_is_done_once_by_another_thread, 0, 2);
    tcase_add_test(tests, the_owner_goes_on);
    suite_add_tcase(suite, tests);
    return suite;
}
