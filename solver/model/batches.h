/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every batch of B of n examples with its probability. One that holds example j c_j times
 * has
 *     g = Sum_j (c_j / B) g_j,
 *     B! / Prod c_j! / n^B      with replacement,      1 / (n choose B)      without.
 * Without replacement and B > n/2 it is told by the n - B examples that it lacks:
 *     g = (n G - Sum of those) / B. */
#pragma once

#include "io/status.h"
#include <stdint.h>

struct model;

struct batch_part {
    uint32_t example;
    double weight; /* c_j / B, or -1 / B */
};

struct batches {
    size_t count;
    size_t *start; /* [count + 1]: batch k is part[start[k] .. start[k + 1]) */
    struct batch_part *part;
    double *probability; /* [count], of sum 1 */
    double whole;        /* g = whole G + Sum weight g_example: 0, or n / B */
};

/* How many different batches the model's sampling has; B = 1: n; may be infinite. */
double batches_number(const struct model *model);
/* All of them; made for some thousands, or B = 1. Fails without memory. *batches is fit for
 * batches_finish also then. */
MUST_CHECK bool batches_init(struct batches *batches, const struct model *model,
                             struct error *err);
void batches_finish(struct batches *batches);
