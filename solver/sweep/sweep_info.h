/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is in the table of a sweep, in words: the keys and their values, how many points are
 * complete, inaccurate, failed and pending and why, and every column of numbers with its
 * ends and where they are. */
#pragma once

#include "io/json.h"
#include "io/status.h"

/* path: a sweep's folder or its sweep.h5. *text is malloc'd. ERROR_FILE. Where json is given, also
 * its members: file, title, program_version, points, complete, inaccurate, failed, pending, varied
 * (each key with its values), table (each column with a value a point). */
MUST_CHECK bool sweep_info(const char *path, struct json *json, char **text,
                           struct error *err);
