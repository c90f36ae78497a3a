/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arrays by their names, whatever holds them. */
#pragma once

#include "solver/settings/points.h"

struct found {
    size_t count;
    char **name;         /* [count], owned */
    struct array *array; /* [count], owned */
};

/* The arrays of the names in `at`, each one, and then those of `values`: more than one of a
 * pattern. *f is fit for found_finish also on failure. */
MUST_CHECK bool source_read(struct found *f, const struct points_source *source,
                            const struct texts *at, const struct texts *values,
                            struct error *err);
void found_finish(struct found *f);
/* What messages call it. */
const char *source_name(const struct points_source *source);
