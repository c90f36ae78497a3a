/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model.data: the examples of an example_loss, from a file or generated. Of a file those
 * columns are read that the loss mentions; a column is called by its header as
 * expr_make_name has it, Dose_mg for "Dose (mg)". */
#pragma once

#include "io/table.h"
#include "solver/settings/spec.h"

enum { DATA_COLUMNS = 300 };

/* columns: the names of all columns of the file, as many as there is room for, also on
 * failure; it comes in empty. */
MUST_CHECK struct table *setup_data(const struct spec *spec, char columns[DATA_COLUMNS],
                                    struct error *err);
/* Adds them to a message about an unknown name. */
void setup_data_hint(const char *columns, struct error *err);
