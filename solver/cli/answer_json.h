/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What run, check and info find, as members of a JSON object. json may be NULL. */
#pragma once

#include "io/json.h"
#include "solver/fokker.h"

/* file, status, snapshots, and results: every attribute of the file by its name, but for empty
 * texts. all: also the
 * settings, and arrays: {shape, axes, unit, long_name} by name. result may be NULL. */
void json_result(struct json *json, const struct fokker_result *result, bool all);
/* variables, cells, snapshots, end, method, remark */
void json_plan(struct json *json, const struct fokker_plan *plan);
