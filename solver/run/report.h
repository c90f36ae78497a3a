/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The end of a run in words, and as attributes of the file. */
#pragma once

#include "solver/file/attribute.h"
#include "solver/run/snapshot.h"

/* What is reported; everything is borrowed. */
struct report {
    const struct plan *plan;
    const struct tally *tally;
    const struct run_remarks *remarks;
    const struct analyses *analyses;
    const struct record *record;
    size_t skip; /* rows that an earlier run wrote */
    double seconds;
};

extern const struct attribute_table run_attributes; /* of struct report */
/* The summary for people, malloc'd. why: the run ended for that; NULL: it is complete. */
char *run_summary(const struct report *report, const struct error *why, struct error *err);
/* Its numbers as attributes of the record. They are written twice: with the status "running"
 * before the first row, which gives each its place (what is known at the end only is NaN), and
 * at the end. */
MUST_CHECK bool run_results(const struct report *report, const char *status,
                            struct record *record, struct error *err);
