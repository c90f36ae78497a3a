/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The commands of the program: the table that the help, the choice of a command and the
 * completion of shells are made from. */
#pragma once

#include "solver/cli/options.h"

struct command {
    const char *name, *arguments, *sentence;
    int least, most; /* arguments */
    /* file[0 .. most - 1], NULL where there are fewer; returns the exit status */
    int (*call)(const char *const *file, const struct options *options);
    const char *options; /* that it takes, besides help and quiet */
};
/* Ends with a name that is NULL. */
extern const struct command commands[];
const struct command *command_find(const char *name);

/* Those that any program could make of solver/fokker.h. The others need what the library does
 * not have (docs/library.md): they call the folders below. */
int command_run(const char *const *file, const struct options *o);
int command_check(const char *const *file, const struct options *o);
int command_info(const char *const *file, const struct options *o);
int command_sweep(const char *const *file, const struct options *o);
/* What fokker info says of a sweep's folder or table. */
int command_info_of_sweep(const char *path);
int command_settings(const char *const *file, const struct options *o);
/* Has options of its own, in Python, and is started before any is read. */
int command_draw(const char *const *file, const struct options *o);
