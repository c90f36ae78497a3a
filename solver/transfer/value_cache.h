/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The values of a gradient's law at points met before: in the plane (x, v) the gradient
 * depends on x only, and every x comes back for each v. Of one thread. */
#pragma once

#include "solver/transfer/gradient_law.h"

struct value_cache; /* up to 2048 points and 4 10^6 values; then it starts anew */

/* Empty. law is borrowed; the caller destroys the cache. Fails without memory only. */
MUST_CHECK struct value_cache *value_cache_create(const struct gradient_law *law,
                                                  struct error *err);
void value_cache_destroy(struct value_cache *cache); /* NULL is accepted */

/* law->values at x, from memory where it can be. */
MUST_CHECK bool value_cache_get(struct value_cache *cache, const double *x,
                                struct outcome *out, size_t *n, struct error *err);
