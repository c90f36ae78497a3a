/* SPDX-License-Identifier: GPL-3.0-or-later
 * One line of progress on stderr: a bar with the time left on a terminal, now and then a
 * line otherwise; and Ctrl-C as a request to stop. */
#pragma once

#include "io/status.h"

/* Catches SIGINT and SIGTERM; quiet: nothing is drawn. The monitor lives until
 * progress_end. */
struct monitor progress_begin(bool quiet);
/* Removes the bar before something else is printed. */
void progress_clear(void);
void progress_end(void);
