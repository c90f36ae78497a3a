/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a command ends: what it says on stderr, and the exit status that belongs to it. */
#pragma once

#include "io/json.h"
#include "io/status.h"
#include "solver/fokker.h"

enum { INACCURATE = 3 }; /* exit status: done, but a tolerance was not met */

/* --json: what the command finds is one object on stdout in place of its text. Results are its
 * members; remarks, warnings and errors are lists, which are said on stderr besides. */
enum answer_list {
    ANSWER_RESULTS,
    ANSWER_REMARKS,
    ANSWER_WARNINGS,
    ANSWER_ERRORS,
    ANSWER_LISTS
};
MUST_CHECK bool answer_begin(const char *command, struct error *err);
/* The command line asks for it: a usage_error of `command` ("" where there is none) is one, too. */
void answer_wanted(const char *command);
/* What is wrong with the command line, when it was said on stderr. */
void answer_usage(const char *message);
/* To add to it; NULL without --json. */
struct json *answer_json(enum answer_list list);
/* Prints the object, if there is one; status: of the program. */
void answer_end(int status);

/* Prints the error; returns its exit status: 2 settings, 130 interrupted, otherwise 1. */
int report_error(const struct error *err);
/* The same of the library's. */
int report_failure(const struct fokker_error *err);
/* Both of several errors, a line each; the status is that of the last (several are all
 * of the settings). */
int report_errors(const struct error_list *list);
int report_failures(const struct fokker_error *err, size_t count);
/* Prints text on stdout where `good`, otherwise the error; frees it; the exit status. */
int report_text(bool good, char *text, const struct error *err);

/* Hooks of a run: a line on stderr, or none. The context is not used. */
void say(void *context, const char *line);
void say_nothing(void *context, const char *line);
/* Of a run, and of an escape: what is being prepared, or (NULL) nothing once its rows come. */
void begin_part(void *context, const char *name);
/* What of the rows is computed. */
void begin_doing(void *context, const char *what);
