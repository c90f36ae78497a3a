/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A quantity of the output file: what a row of a table says of it. Whoever computes a quantity
 * has its row, and record.h makes the data set from it, e.g.
 *     {"variance_x", VALUE, VALUE, {2, 0, 0}, "variance of %x"}
 * -> variance_x[time], "variance of w (um2)" where the variable w has the unit um. */
#pragma once

#include "io/status.h"
#include <stdbool.h>
#include <stddef.h>

/* What a quantity holds. ROWS and VALUES grow with time, the rest is written once. [x] is the
 * number of cells along x, [cells] that of all. */
enum record_kind {
    RECORD_NONE,        /* not there */
    RECORD_VALUE,       /* one number a row */
    RECORD_INTEGER,     /* one integer a row */
    RECORD_CELLS,       /* [cells] a row */
    RECORD_FACES,       /* 1-D: [cells + 1] a row */
    RECORD_X_FACES,     /* 2-D: [ny][nx + 1] a row */
    RECORD_Y_FACES,     /* 2-D: [ny + 1][nx] a row */
    RECORD_X_CELLS,     /* 2-D: [nx] a row */
    RECORD_Y_CELLS,     /* 2-D: [ny] a row */
    RECORD_CELLS_ONCE,  /* [cells] */
    RECORD_FACES_ONCE,  /* 1-D: [cells + 1] */
    RECORD_EXIT_TIMES,  /* [exit_times] */
    RECORD_EXIT_FACES,  /* [exit_faces] */
    RECORD_LEVELS,      /* [levels] */
    RECORD_MODES,       /* [modes] */
    RECORD_MODE_CELLS,  /* [modes][cells] */
    RECORD_PHASES,      /* [phases] */
    RECORD_PHASE_CELLS, /* [phases][cells] */
};

struct quantity {
    const char *name;         /* a * stands for the name of a region */
    enum record_kind kind[2]; /* in 1-D and in 2-D */
    signed char power[3];     /* of the units of x, y and time; y counts in 2-D only */
    const char *label; /* without unit; %x, %y: the variables' names, %r: the region's */
    const char *units; /* where they are no such powers; or NULL */
    const char *undefined; /* what NaN and infinity mean; NULL: they are errors */
};

/* Whose quantity it is: of the density of the run (all NULL), or a twin, e.g. that of walkers,
 *     PREFIX_NAME         "LABEL, WHOSE"
 *     PREFIX_NAME_errors  "ERRORS, LABEL, WHOSE". */
struct quantity_of {
    const char *prefix; /* "mc_sde"; NULL: none */
    const char *whose;  /* "SDE walkers"; NULL: the label says it */
    const char *region; /* for the * */
    const char *errors; /* what its errors are; NULL: the quantity itself */
};
extern const char quantity_standard_error[];

/* For `units`: that of x or of y, "x or y", e.g. of the length of a face. */
extern const char quantity_x_or_y[];

enum { QUANTITY_NAME = 128 };
/* The name of the data set, in name; returns it. */
const char *quantity_name(char name[QUANTITY_NAME], const struct quantity *quantity,
                          const struct quantity_of *of);

/* One value or array a row, or written once; RECORD_NONE: false. */
bool record_kind_has_rows(enum record_kind kind);
/* Its axes in dims dimensions, slowest first: "time, y, x"; "" where it is not there. */
enum { QUANTITY_SHAPE = 40 };
const char *quantity_shape(char shape[QUANTITY_SHAPE], const struct quantity *quantity,
                           int dims);
