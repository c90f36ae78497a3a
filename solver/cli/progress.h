/* SPDX-License-Identifier: GPL-3.0-or-later
 * One line of progress on stderr: a bar with the phase and, where it is known, the time left on a terminal;
 * now and then a line otherwise. Its monitor passes on that a stop was asked for (signals.h). */
#pragma once

#include "io/status.h"

/* quiet: nothing is drawn. The monitor lives until progress_end. */
struct monitor progress_begin(bool quiet);
/* Words after the bar: "37 of 1000 points". */
void progress_label(const char *format, ...) PRINTF_LIKE(1, 2);
/* What goes on side by side, on lines below the bar (copied); on a terminal alone, and as many
 * as it has room for. */
enum { PROGRESS_LINE = 128 };
void progress_lines(size_t count, char (*line)[PROGRESS_LINE]);
/* What is being done within it: "walkers"; until the next restart. */
void progress_doing(const char *what);
/* A phase begins: time spent and left, if that is known (io/pace.h), are of it alone. */
void progress_restart(void);
/* Removes the bar before something else is printed. */
void progress_clear(void);
void progress_end(void);
