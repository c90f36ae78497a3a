/* SPDX-License-Identifier: GPL-3.0-or-later
 * What this process has used so far: seconds of CPU time, gigabytes at most. */
#pragma once
#include <sys/resource.h>
#include <time.h>

static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static inline double gigabytes(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)use.ru_maxrss * 1024 / 1e9;
}
