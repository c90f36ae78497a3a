/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One run: settings -> model -> grid -> generator -> propagator -> observe -> record. */
#pragma once

#include "solver/run/options.h"
#include "solver/settings/spec.h"

struct run_result {
    char *summary;   /* what a person wants to know at the end, malloc'd: also after an
                        interruption; NULL when nothing was computed */
    bool inaccurate; /* a tolerance was not met or a number cannot be trusted; the remarks
                        say which */
    struct record *record; /* options.memory: every finished snapshot, also after a failure;
                              the caller's to record_close; NULL without any */
    char *path;            /* the file that was written, malloc'd; NULL: none */
    size_t rows;           /* finished snapshots in it, or in memory */
};
/* Frees the texts of it. */
void run_result_finish(struct run_result *result);

/* Runs it. On failure the file keeps every finished snapshot and says in its attribute
 * `status` why it ended: complete, inaccurate, interrupted or failed. */
MUST_CHECK bool run(const struct spec *spec, const struct run_options *options,
                    struct run_result *result, struct error *err);

/* What would be run: members as those of fokker_plan, malloc'd. */
struct run_outline {
    int variables;
    size_t cells, snapshots;
    double end;
    double pulse; /* of a model with t: longer ones are not missed; 0: not known */
    char *method, *remark, *summary;
};
void run_outline_finish(struct run_outline *outline);
/* Does this settings file make sense? All up to the first time step is made, and nothing is
 * solved. *outline is the caller's to finish, also after a failure. */
MUST_CHECK bool run_check(const struct spec *spec, struct run_outline *outline,
                          struct error *err);
