/* SPDX-License-Identifier: GPL-3.0-or-later
 * What io/array*.c share. */
#pragma once

#include "io/array.h"

/* a->size of a->rank and a->shape, and room for them in a->value; `name` for messages. */
MUST_CHECK bool array_allocate(struct array *a, const char *name, struct error *err);
/* Fails on the first number that is not finite. */
MUST_CHECK bool array_check_finite(const struct array *a, const char *name,
                                   struct error *err);
