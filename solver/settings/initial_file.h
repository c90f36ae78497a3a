/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * initial.file: a density that an earlier run has written, row `row` of its file, as the
 * start of another run. It is read once, so that every grid of a run gets the same one, also
 * while the file grows. */
#pragma once

#include "grids/grid.h"
#include "solver/settings/spec.h"

enum { INITIAL_STATUS = 32 };

struct initial_file {
    char *name;                  /* as the settings have it */
    size_t row;                  /* of the file, from 0 */
    double time;                 /* of that row, in the file's unit */
    double mass;                 /* of that row, which need not be 1: ends that absorb */
    double negative;             /* what was below 0 (and is 0 here), as a part of it */
    char status[INITIAL_STATUS]; /* of the file: "complete", ... */
    struct grid *grid;           /* of the file */
    double *cell_mass;           /* [grid->cells], >= 0 */
};

/* NULL, and no error, where the settings name no file. Fails with its place in the settings
 * on a file that cannot be read, is not of this program or has other variables, on a row
 * that is not there, and on one without mass. */
MUST_CHECK bool initial_file_create(const struct spec *spec, struct initial_file **file,
                                    struct error *err);
void initial_file_destroy(struct initial_file *file);
/* p[cells]: cell averages on another grid, of mass 1. *outside: the part of the file's mass
 * that lies beyond its ends. Fails (ERROR_SETTINGS) where that is all of it. */
MUST_CHECK bool initial_file_start(const struct initial_file *file, const struct grid *grid,
                                   double *p, double *outside, struct error *err);
