/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Jobs in processes of their own, a few at a time: one that crashes takes nothing with it but
 * its process, and the next one has a fresh one, forked from this one, which must not have
 * threads. A process does many jobs one after the other, since a fresh one pays for memory,
 * libraries and HDF5 anew. When this process dies, however, its workers die with it. */
#pragma once

#include "io/status.h"
#include <stdio.h>

/* A job that is being done, and how far it is. */
struct at_work {
    size_t job;
    double fraction;
};

struct workers {
    size_t most; /* processes at a time, at least 1 */
    /* In the process of its own: does a job and writes what there is to say to out:
     * a text. */
    void (*work)(void *context, size_t job, const struct monitor *monitor, FILE *out);
    /* In this process, when a job has ended, in any order. text: what it wrote. death:
     * NULL, or what ended it before it had written all (ERROR_INTERRUPTED, or ERROR_RUN in
     * words). */
    void (*done)(void *context, size_t job, const char *text, const struct error *death);
    /* In this process, now and then: the jobs that are being done. NULL is fine. */
    void (*watch)(void *context, const struct at_work *at_work, size_t count);
    void *context;
    /* Fraction of all jobs. When it says stop the workers are told to stop, and what they
     * still wrote goes to done. */
    struct monitor monitor;
};

/* Jobs 0 .. jobs - 1 in this order. Fails with ERROR_INTERRUPTED, and with ERROR_RUN where
 * the system gives no process; the jobs that were begun are done even so. */
MUST_CHECK bool workers_run(const struct workers *workers, size_t jobs, struct error *err);
