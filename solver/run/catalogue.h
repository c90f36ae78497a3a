/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All quantities that a file of results may hold, from the tables of those who compute them. */
#pragma once

#include "solver/file/quantity.h"

/* Quantity k, counted from 0; NULL behind the last. `prefix`: under which twins alone have it
 * ("mc", "law_sgd"), or NULL. `twins`: there are such of it, too. */
struct catalogue_entry {
    const struct quantity *quantity;
    const char *prefix;
    bool twins;
};
bool catalogue(size_t k, struct catalogue_entry *out);

/* Result k of those that are attributes of the root group, counted from 0; false behind the
 * last. row: what writes it; NULL: it is described only, and written with what it is of. */
struct attribute;
struct catalogue_attribute {
    const char *name, *sentence;
    const char *prefix;
    const struct attribute *row;
};
bool catalogue_attribute(size_t k, struct catalogue_attribute *out);
