/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options of the command line, of all commands; `fokker --help` and the man page say
 * what they mean. */
#pragma once

#include "io/status.h"
#include <stdint.h>

enum { MOST_ASSIGNMENTS = 256, MOST_AXES = 16 };

struct options {
    const char *output;
    const char *assignment[MOST_ASSIGNMENTS];
    size_t assignments;
    const char *vary[MOST_AXES];
    size_t varied;
    size_t shard, shards, workers; /* of a sweep; 0: not given */
    uint64_t walkers;              /* 0: not given */
    int threads;                   /* 0: not given */
    bool force, resume, quiet, help, no_monte_carlo, list, json;
    const char *program; /* as it was called */
    char *command_line;
    unsigned given; /* one bit an option, for option_not_among */
};

/* Reads the options (getopt permutes argv; optind is the first argument that is none).
 * Returns -1, or the exit status where the program ends here: a version was asked for, or
 * something is wrong and has been said. */
int options_read(int argc, char **argv, struct options *o);

/* The first option given whose name is none of the words of allowed ("output set"), or NULL. */
const char *option_not_among(const struct options *o, const char *allowed);
/* The name of the k-th option there is, or NULL beyond the last; *takes: a value. */
const char *option_at(size_t k, bool *takes);
/* Is the option's name one of these words? */
bool option_is_among(const char *option, const char *allowed);

/* Says on stderr what is wrong with the command line; returns the exit status 2. */
int usage_error(const char *format, ...) PRINTF_LIKE(1, 2);
