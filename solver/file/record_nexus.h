/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * /entry: NXdata groups of hard links to the root's datasets, which tell h5web and silx
 * what to plot against what. A group is made when the signal it is about exists. */
#pragma once

#include "solver/file/record_fields.h"

/* fields[count] are defined in the file already; dims of the grid. */
MUST_CHECK bool nexus_write(struct h5file *file, const struct field *fields, size_t count,
                            int dims, const char *title, struct error *err);
