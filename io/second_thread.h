/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thread that takes half of the work of its owner, again and again. Between two tasks it
 * looks for the next one for some ten microseconds and sleeps then: a team of OpenMP looks
 * for milliseconds, which a run whose tasks are far apart pays for in processor time. */
#pragma once

struct second_thread;

/* NULL: there is no thread to be had, and the owner does all by itself. */
struct second_thread *second_thread_create(void);
/* Ends the thread, which must have no task. NULL is accepted. */
void second_thread_destroy(struct second_thread *thread);

/* It calls task(context) while the owner goes on; one task at a time. */
void second_thread_begin(struct second_thread *thread, void (*task)(void *context),
                         void *context);
/* Waits until the task is done; what it wrote may be read then. */
void second_thread_wait(struct second_thread *thread);
