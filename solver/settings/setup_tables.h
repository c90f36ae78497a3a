/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model.tables: functions given by points; model.examples: the losses of examples, likewise.
 * What they name is read once for all graphs of the settings. */
#pragma once

#include "solver/settings/spec.h"

/* The functions of a spec that were read; NULL of those that were not yet. */
struct kept_tables *kept_create(struct error *err);
void kept_destroy(struct kept_tables *kept);

/* Declares every table in graph. */
MUST_CHECK bool setup_tables(const struct spec *spec, struct graph *graph,
                             struct error *err);
/* The loss of each example, with its number as index, of dims variables; the spec owns it.
 * NULL on failure. */
MUST_CHECK struct lookup *setup_examples(const struct spec *spec, size_t dims,
                                         struct error *err);
