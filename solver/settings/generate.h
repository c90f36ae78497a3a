/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/table.h"
#include <stdint.h>

/* A table of independent N(mean[c], std[c]^2) in column c, rows x columns, owned by the
 * caller; the same bits on every machine for a seed. Fails for want of memory only. */
MUST_CHECK struct table *table_normal(size_t rows, size_t columns, const char *const *names,
                                      const double *mean, const double *std, uint64_t seed,
                                      struct error *err);
