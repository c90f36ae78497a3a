/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When a row that is computed becomes part of the file: at once, or together with those that
 * follow quickly, since a commit costs as much as many rows. A row is held back only
 *   - where it came within HOLD_SECONDS of what was heard before it (a row, a sign of life of
 *     the computation): one that took longer is a snapshot that somebody waits for;
 *   - for HOLD_SECONDS;
 *   - until the computation says that it goes on with something else than rows, once that has
 *     ever taken longer than HOLD_SECONDS.
 * The first row is never held back: it makes the file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define HOLD_SECONDS 0.05

struct hold {
    bool begun;
    size_t rows;    /* held */
    double since;   /* when the first of them came */
    double heard;   /* when anything was heard last */
    double longest; /* seconds between two things heard */
};

/* A row is complete; is it time to publish? now: seconds of any clock that does not run back. */
bool hold_row(struct hold *hold, double now);
/* The computation goes on, with no new row; is it time to publish those that are held? */
bool hold_go_on(struct hold *hold, double now);
/* They were published. */
void hold_released(struct hold *hold, double now);
