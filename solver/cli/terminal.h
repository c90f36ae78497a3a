/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The standard streams. Everything printed goes through here, since it may hold text from
 * files: what would control the terminal is shown instead. */
#pragma once

#include "io/status.h"
#include <stdio.h>

/* Before anything is opened: descriptors 0, 1 and 2 that the caller closed lead nowhere, so
 * that no file takes their place and gets what is printed. */
void terminal_open(void);
void terminal_print(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* Did everything that was printed arrive? ERROR_FILE. */
MUST_CHECK bool terminal_finish(struct error *err);
