/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/table.h"
#include <stdint.h>

/* A table of independent normal numbers, column c with mean[c] and std[c]; the same bits on
 * every machine for a seed. */
MUST_CHECK struct table *table_normal(size_t rows, size_t columns, const char *const *names,
                                      const double *mean, const double *std, uint64_t seed,
                                      struct error *err);
