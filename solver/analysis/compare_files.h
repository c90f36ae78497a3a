/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `fokker compare` says: the walkers of a file against its own density, or the walkers
 * and the density of one file against those of another, by the statistics of
 * solver/mc/compare.h, snapshot by snapshot and over all. */
#pragma once

#include "io/json.h"
#include "io/status.h"

/* b: NULL or a second file on the same grid and times. *text is malloc'd. Each pair gets a
 * table and, with walkers, a verdict and the moments of both:
 *     a alone      each kind of walkers in it against its density
 *     a and b      each kind of walkers in a against b's density and against walkers of the
 *                  same kind in b; a's density against b's
 * json: NULL, or an object that gets the same numbers as "pairs". monitor is asked after each snapshot; NULL is fine. Fails (ERROR_FILE) on grids or times
 * that differ, and when a alone has no walkers. */
MUST_CHECK bool compare_files(const char *a, const char *b, const struct monitor *monitor,
                              struct json *json, char **text, struct error *err);
