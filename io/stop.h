/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a process that is asked to stop has to lose. Nothing, as a rule: it may end at once,
 * wherever it is. While something is held (an output file that is open, a table that others
 * wait for) the request goes through the monitor instead. Temporary files are removed in
 * both cases. The state is that of the process; the functions of the second group may be
 * called from a signal handler. */
#pragma once

#include <stdbool.h>

/* Calls nest. */
void stop_hold(void);
void stop_release(void);
/* A temporary file, to be removed by whatever ends the process, and no longer. Names that
 * are longer than PATH_MAX, and more than a few at a time, are not remembered. */
void stop_file_begin(const char *path);
void stop_file_end(const char *path);

/* Is anything held? And: removes the temporary files that are remembered. */
bool stop_is_held(void);
void stop_remove_files(void);
