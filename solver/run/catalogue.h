/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All quantities that a file of results may hold, from the tables of those who compute them. */
#pragma once

#include "solver/file/quantity.h"

/* Quantity k, counted from 0; NULL behind the last. `prefix`: under which twins alone have it
 * ("mc"), or NULL. `twins`: there are such of it, too. */
struct catalogue_entry {
    const struct quantity *quantity;
    const char *prefix;
    bool twins;
};
bool catalogue(size_t k, struct catalogue_entry *out);

/* Result k of those that are attributes of the root group, counted from 0; NULL behind the
 * last. *prefix as above. */
struct outcome;
const struct outcome *catalogue_outcome(size_t k, const char **prefix);
