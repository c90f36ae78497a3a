/* SPDX-License-Identifier: GPL-3.0-or-later
 * One line of progress on stderr: a bar with the time left on a terminal, now and then a
 * line otherwise. Its monitor passes on that a stop was asked for (signals.h). */
#pragma once

#include "io/status.h"

/* quiet: nothing is drawn. The monitor lives until progress_end. */
struct monitor progress_begin(bool quiet);
/* Words after the bar: "37 of 1000 points". */
void progress_label(const char *format, ...) PRINTF_LIKE(1, 2);
/* Time spent and left count from now on. */
void progress_restart(void);
/* Removes the bar before something else is printed. */
void progress_clear(void);
void progress_end(void);
