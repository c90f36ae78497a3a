/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analysis.escape.splitting: the probability to get from `from` to `to` before a time by
 * walkers of the SDE (kind sde of monte_carlo, with its seed, scheme and steps) that are
 * multiplied at levels (solver/mc/splitting.h); the density's answer to the same question
 * is escape->reach. */
#pragma once

#include "solver/escape/escape.h"
#include "solver/mc/splitting.h"

struct escape_splitting {
    bool open[2];    /* is the target below, above the start? */
    size_t levels;   /* the last is the target's edge; 0: there is no interval to leave */
    double *lo, *hi; /* [levels] lower and upper end of each; +-INFINITY where not open */

    struct splitting_level *level; /* [levels] NULL until it is done */
    struct splitting_answer answer;
    uint64_t walkers, repeats, steps;
    int64_t seed;
    double step;        /* time of one step */
    const char *scheme; /* euler, .. */
    double z; /* (answer - density's) / error; NAN where the density does not resolve it */
    struct error why_not; /* it could not be done */
};

/* Places the levels; nothing without the setting. Fails (ERROR_SETTINGS) on levels that are
 * not between start and target. */
MUST_CHECK bool escape_splitting_create(struct escape *escape, struct error *err);
void escape_splitting_destroy(struct escape_splitting *splitting);

/* All repeats. Fails for want of memory and on ERROR_INTERRUPTED only; else there is an
 * answer or a reason in why_not. */
MUST_CHECK bool escape_splitting_run(struct escape *escape, const struct monitor *monitor,
                                     struct error *err);

/* [levels] in the file: 0 where there is no answer. */
size_t escape_splitting_levels(const struct escape *escape);
/* Its quantities and fields, their values and its numbers, as those of the escape
 * (escape.h). */
const struct quantity *escape_splitting_quantity(size_t k);
extern const struct attribute_table escape_splitting_attributes;
void escape_splitting_fields(const struct escape *escape, field_sink add, void *context);
MUST_CHECK bool escape_splitting_record(const struct escape *escape, struct record *record,
                                        struct error *err);
MUST_CHECK bool escape_splitting_results(const struct escape *escape, struct record *record,
                                         struct error *err);

/* What should be changed, a sentence in text; false: nothing. */
enum { ESCAPE_SPLITTING_TEXT = 400 };
bool escape_splitting_warning(const struct escape *escape,
                              char text[ESCAPE_SPLITTING_TEXT]);
/* Error, z, numbers: what stands behind the answer. */
void escape_splitting_remark(const struct escape *escape, char text[ESCAPE_SPLITTING_TEXT]);
/* "x = -0.5" of a level, "x = -0.5 or 0.5" of one on both sides. */
void escape_splitting_place(const struct escape *escape, size_t level, char text[80]);
