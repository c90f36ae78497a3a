/* SPDX-License-Identifier: GPL-3.0-or-later
 * What io/table*.c share. */
#pragma once

#include "io/table.h"

/* table_read for either kind of file (io/table.h has the formats). */
MUST_CHECK struct table *table_read_csv(const char *path, const struct table_choice *choice,
                                        struct error *err);
MUST_CHECK struct table *
table_read_hdf5(const char *path, const struct table_choice *choice, struct error *err);

/* The name that a column is wanted under, or NULL; header itself where choice is NULL. */
const char *table_choose(const struct table_choice *choice, const char *header);
/* A column of zeros more. header: what the file calls it, for the message when the name is
 * taken. */
MUST_CHECK bool table_add(struct table *table, const char *name, const char *header,
                          struct error *err);
