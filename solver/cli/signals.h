/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests to stop: Ctrl-C, SIGTERM, and SIGHUP where it is not ignored (nohup). While
 * nothing is held (io/stop.h) the process ends at once with status 130. Otherwise the next
 * look at the monitor ends the work, and where that does not come (a library's
 * factorisation) the process ends after PATIENCE seconds, as if it had been killed; asked a
 * second time, at once. Limits are errors, not signals: writing beyond a file size limit,
 * or into a closed pipe, fails and is reported. */
#pragma once

#include <stdbool.h>

enum { SIGNALS_PATIENCE = 10 /* seconds */, SIGNALS_STOPPED = 130 /* exit status */ };

/* Handles these signals from now on. */
void signals_catch(void);
/* What is said besides when something that is held is left as it is (NULL: nothing); line
 * is borrowed until the next call. */
void signals_tell(const char *line);
/* In a worker: its parent passes requests on, so that one may come twice; Ctrl-C, which
 * reaches the whole group of processes, is the parent's. */
void signals_of_worker(void);
/* Was a stop asked for? Then it was heard: what comes now takes the time that it takes. */
bool signals_stop(void);
