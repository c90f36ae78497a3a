/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/second_thread.h"
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

enum { LOOKS = 10000 }; /* before a thread sleeps; some nanoseconds each */

struct second_thread {
    pthread_t thread;
    sem_t begun, done;
    void (*task)(void *context); /* NULL: the thread ends */
    void *context;
};

static void wait_for(sem_t *event) {
    for (int k = 0; k < LOOKS; k++)
        if (sem_trywait(event) == 0) return;
    while (sem_wait(event) != 0) /* a signal came */
        ;
}

static void *help(void *context) {
    struct second_thread *h = context;
    for (;;) {
        wait_for(&h->begun);
        if (h->task == NULL) return NULL;
        h->task(h->context);
        sem_post(&h->done);
    }
}

static void release(struct second_thread *h) {
    sem_destroy(&h->begun);
    sem_destroy(&h->done);
    free(h);
}

struct second_thread *second_thread_create(void) {
    struct second_thread *h = calloc(1, sizeof *h);
    if (h == NULL) return NULL;
    sem_init(&h->begun, 0, 0); /* cannot fail: 0 is in range */
    sem_init(&h->done, 0, 0);
    sigset_t all, before; /* signals are for the threads of the program */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool good = pthread_create(&h->thread, NULL, help, h) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good ? h : (release(h), NULL);
}

void second_thread_destroy(struct second_thread *h) {
    if (h == NULL) return;
    second_thread_begin(h, NULL, NULL);
    pthread_join(h->thread, NULL);
    release(h);
}

void second_thread_begin(struct second_thread *h, void (*task)(void *context),
                         void *context) {
    h->task = task, h->context = context;
    sem_post(&h->begun);
}

void second_thread_wait(struct second_thread *h) {
    wait_for(&h->done);
}
