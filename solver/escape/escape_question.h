/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analysis.escape as a question on one grid: who sets out from where, and which cells are
 * to be reached. `from` is a point when it is a list or an expression without a variable, a
 * region when it has one or is a region's name; `to` is a region, or the absorbing ends.
 * `initial` is the point where the initial law is one. */
#pragma once

#include "solver/settings/setup.h"

enum escape_start {
    ESCAPE_FROM_INITIAL,
    ESCAPE_FROM_POINT,
    ESCAPE_FROM_REGION,
    ESCAPE_FROM_QUASI
};

struct escape_question {
    const struct config_node *node; /* analysis.escape; borrowed */
    enum escape_start from;
    double point[2];  /* ESCAPE_FROM_POINT */
    double *part;     /* [cells] of each cell that lies in the region; else NULL */
    bool *target;     /* [cells] more than half of the cell lies in it */
    double *covered;  /* [cells] of each cell that lies in the target; NULL with boundary */
    bool boundary;    /* to: boundary; target is all false */
    size_t cut;       /* cells through which the target's edge goes, ... */
    double cut_at[2]; /* ... and the centre of the first of them */
    const struct config_node *split; /* its `splitting`, or NULL; borrowed */
    struct splitting_settings splitting;
};

/* Fails (ERROR_SETTINGS with its place) where the question makes no sense on this grid. */
MUST_CHECK bool escape_question_read(const struct setup *setup, const struct grid *grid,
                                     struct escape_question *out, struct error *err);
void escape_question_finish(struct escape_question *question);

enum { ESCAPE_WORDS = 160 };
/* "x = -1", "initial", "w < 0" as they stand in the settings. */
void escape_question_words(const struct escape_question *question,
                           const struct setup *setup, char from[ESCAPE_WORDS],
                           char to[ESCAPE_WORDS]);
/* What stands for the error messages of a key (NULL: of the section). */
const struct config_node *escape_question_at(const struct escape_question *question,
                                             const char *key);
