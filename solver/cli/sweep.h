/* SPDX-License-Identifier: GPL-3.0-or-later
 * fokker sweep: the points of a solver/sweep/sweep in worker processes, and their table. */
#pragma once

#include "solver/sweep/sweep.h"

struct sweep_command {
    struct sweep_options sweep;
    size_t shard,
        shards;     /* we run points shard - 1, shard - 1 + shards, ...; 1 of 1: all */
    size_t workers; /* 0: as many as there are processors for their threads */
    int threads;    /* of each worker; 0: 1 */
    bool force, quiet;
    const char
        *again; /* the line that goes on with it once it has begun; NULL: not known */
};

/* Points that failed, and points that ended without meeting a tolerance; did it begin to
 * run points? */
struct sweep_outcome {
    size_t failed, inaccurate;
    bool begun;
};

/* Prints the summary. Without any other error the caller reports what is in *outcome. */
MUST_CHECK bool sweep_command_run(const struct sweep_command *command,
                                  struct sweep_outcome *outcome, struct error *err);
