/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result of a run that is one number or text: a row, from which the attribute of the root
 * group and its entry in fokker-file(5) come. Whoever computes results has a table of rows. */
#pragma once

#include "solver/file/record.h"

enum { ATTRIBUTE_TEXT = 512 };

/* `of`: what the rows of a table are computed from, of one type a table. One of real, integer
 * and text is there; none where the attribute is written elsewhere and only described. */
struct attribute {
    const char *name, *sentence;
    bool (*present)(const void *of); /* in this run; NULL: always */
    double (*real)(const void *of);
    /* why the number may be NaN or infinite; NULL, or NULL from it: that is an error */
    const char *(*why)(const void *of);
    int64_t (*integer)(const void *of);
    const char *(*text)(const void *of,
                        char room[ATTRIBUTE_TEXT]); /* in room or elsewhere */
    bool later; /* known when the run has ended only: NaN before */
};

struct attribute_table {
    const struct attribute *row;
    size_t rows;
};

/* Writes those that are present, named PREFIX_NAME (prefix NULL: NAME). running: the run has
 * not ended. */
MUST_CHECK bool attributes_put(const struct attribute_table *table, const void *of,
                               const char *prefix, bool running, struct record *record,
                               struct error *err);
