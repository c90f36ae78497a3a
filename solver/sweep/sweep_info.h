/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is in the table of a sweep, in words: the keys and their values, how many points are
 * complete, inaccurate, failed and pending and why, and every column of numbers with its
 * ends and where they are. */
#pragma once

#include "io/status.h"

/* path: a sweep's folder or its sweep.h5. *text is malloc'd. ERROR_FILE. */
MUST_CHECK bool sweep_info(const char *path, char **text, struct error *err);
