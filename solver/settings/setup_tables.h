/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model.tables: functions of one variable given by points, from columns of a file. */
#pragma once

#include "solver/settings/spec.h"

/* Declares every table in graph, which reads its file. */
MUST_CHECK bool setup_tables(const struct spec *spec, struct graph *graph,
                             struct error *err);
