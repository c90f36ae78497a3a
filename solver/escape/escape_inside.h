/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The world of walkers that escape: the interval or rectangle of cells from which the
 * target is reached, with walls that absorb where it begins, the part of the start that
 * lies in it, and steps short enough to follow what happens there. */
#pragma once

#include "solver/ensembles/ensemble.h"
#include "solver/escape/escape.h"

struct escape_inside {
    struct setup setup; /* the escape's, but for grid and start, which are own, and without
                           snapshots */
    struct passage_box box;
    struct monte_carlo_settings settings;
    double rate;       /* largest |d b / d x| around the start */
    double sinks_rate; /* the largest rate of killing or resets */
    double part;       /* of the start; the rest lies in the target and takes no time */
    const char *why;   /* walkers cannot stand for this question; NULL: they can */
    double no_time;
};

/* The escape is borrowed. That there is no such world is no failure, see why. */
MUST_CHECK bool escape_inside_create(const struct escape *escape, struct escape_inside *out,
                                     struct error *err);
void escape_inside_finish(struct escape_inside *inside);

/* Sets the steps of a kind where the settings do not: short against what is fast near the
 * start, and against `horizon`, the time that is of interest. Returns the time of one. */
double escape_inside_step(struct escape_inside *inside, enum ensemble_kind kind,
                          double horizon);
