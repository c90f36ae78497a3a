/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/alone.h"
#include <pthread.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

void alone_begin(void) {
    pthread_mutex_lock(&one);
}

void alone_end(void) {
    pthread_mutex_unlock(&one);
}
