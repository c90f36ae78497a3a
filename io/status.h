/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Errors as values. Whatever a user can cause makes a function return false (or NULL) with
 * one sentence in a struct error: what was found, what was expected, what to change. Only
 * solver/cli prints it and chooses the exit status. assert() states what the programmer
 * guarantees. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum error_kind {
    ERROR_NONE,
    ERROR_SETTINGS,    /* the settings file or the command line is wrong: exit status 2 */
    ERROR_RUN,         /* the computation failed: exit status 1 */
    ERROR_FILE,        /* a file could not be read or written: exit status 1 */
    ERROR_MEMORY,      /* no memory: exit status 1 */
    ERROR_INTERRUPTED, /* the user asked to stop: exit status 130 */
};

/* What an error is about, for who adds a place or a hint to it. */
enum error_subject {
    OF_ANYTHING,
    OF_NAME,  /* a name in an expression that is not known */
    OF_VALUE, /* the value of an expression at a point, and of which where that is known: */
    OF_LOSS,  /* or of its gradient */
    OF_NOISE,
    OF_DRIFT,
    OF_DIFFUSION,
    OF_KILLING,
    OF_RESET,
    OF_UNKNOWN_KEY, /* a key that means nothing there */
    OF_MISSING_KEY,
};

enum { ERROR_KEY = 408 };

struct error {
    enum error_kind kind;
    char message[1024]; /* one line, no newline */
    /* Where in the settings it lies, where that is known: the message says so too. */
    struct error_place {
        bool known;
        char file[1024];     /* "" of a change (--set) */
        int line, column;    /* from 1; 0 of a change */
        char key[ERROR_KEY]; /* "grid.w.cells"; "" where it is about no key */
    } place;
    enum error_subject subject;
};

/* Sets *err to a formatted sentence, without place, and returns false, so that
 * `return fail(err, ...)` reads well. A message longer than the buffer is cut. */
bool fail(struct error *err, enum error_kind kind, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Says what the error in *err is about; returns false. */
bool fail_about(struct error *err, enum error_subject subject);

/* Puts "text: " before the message that is already in *err (context added on the way up),
 * whose place stays; returns false. */
bool fail_within(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Errors that do not depend on each other, where who reads goes on after the first. */
enum { MOST_ERRORS = 20 };
struct error_list {
    size_t count;
    struct error item[MOST_ERRORS];
};
/* Notes *err, so that reading may go on. False where it may not: list is NULL or full, or the
 * error is none of the settings. A second error of the same place is not noted. */
bool error_note(struct error_list *list, const struct error *err);
/* Leaves those that do not only follow from others: a key is not missing where one is unknown
 * that may be meant, or in a section that is missing itself; a name is not unknown whose own
 * value is wrong. By line and column, those of changes (--set) last. */
void error_list_sort(struct error_list *list);

/* ERROR_MEMORY or ERROR_INTERRUPTED: the whole run ends. Such an error is passed up
 * unchanged, also where other failures only mean that one of several answers is missing. */
bool error_is_fatal(const struct error *err);

/* count elements of size bytes, zeroed, aligned to 64 bytes; freed with free(). NULL with
 * ERROR_MEMORY when there is none or the product overflows; count 0 gives a valid
 * pointer. */
MUST_CHECK void *array_create(size_t count, size_t size, struct error *err);
/* As array_create, but what is in it is not set: for large arrays that are written before they
 * are read, whose pages are then made by the thread that writes them. */
MUST_CHECK void *array_space(size_t count, size_t size, struct error *err);

/* Room for one element behind the count of a list: the array where it has it, else its elements in
 * one of twice the room (at first 64), zeroed behind them, and the old one is freed. NULL with
 * ERROR_MEMORY as above; the old one and *room stay. array: of *room elements; NULL where that is 0. */
MUST_CHECK void *array_grow(void *array, size_t count, size_t *room, size_t size,
                            struct error *err);

/* Tests only: the n-th array_create or array_space from now (1 = the next) fails; 0 switches
 * this off. */
void array_fail_at(size_t n);

/* A line of progress and a way to stop: long work calls monitor_tick between its parts. */
struct monitor {
    /* fraction in [0, 1] of the present work, or NAN where a part of it does not know its
     * share; false means: stop now, the user asked for it */
    bool (*tick)(void *context, double fraction);
    void *context;
};
/* For such a part: passes every tick on with NAN. outer is borrowed and may be NULL. */
struct monitor monitor_muted(const struct monitor *outer);

/* Who is told the name of each long part of the work when it begins; context is borrowed. */
struct parts {
    void (*begin)(void *context, const char *name);
    void *context;
};
/* name: of the part that begins. parts and its function may be NULL: nobody is told. */
void part_begin(const struct parts *parts, const char *name);

/* True when the work may go on (also when monitor is NULL); otherwise ERROR_INTERRUPTED in
 * *err. */
MUST_CHECK bool monitor_tick(const struct monitor *monitor, double fraction,
                             struct error *err);
