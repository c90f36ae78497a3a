/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analysis.escape: how long it takes from `from` until `to` is reached for the first time,
 * with the learning rate of the schedule's last interval. Mean time with the space error that
 * the grid of half the cells gives (Richardson), the quasi-stationary law, the committor
 * from a region, the survival curve and the density of the exit time; the probability of
 * rare arrivals (escape_splitting.h). Times are in the run's unit and kept as
 * logarithms. */
#pragma once

#include "solver/escape/escape_exponents.h"
#include "solver/escape/escape_question.h"
#include "solver/escape/passage.h"
#include "solver/file/record.h"

struct attribute_table; /* solver/file/attribute.h */

/* With analysis.escape.splitting: the probability P(T <= t) to reach the target before its
 * time, from the density. */
struct escape_reach {
    double probability;
    double error;        /* in time, absolute */
    double space_error;  /* relative; NAN where it is not known */
    double extrapolated; /* to zero cell width, or NAN */
};

struct escape {
    const struct setup *setup; /* borrowed */
    struct parts parts;        /* who is told which of its long parts begins */
    struct escape_question question;
    /* One variable: the grid that passage and start are on, and its rates, where a face was
     * moved onto the target's edge (escape_align.h) or every cell is cut into `cut` equal
     * ones (escape_cells.h); else NULL. */
    struct grid *grid;
    struct evolution *evolution;
    bool moved;
    size_t cut; /* 0 or 1: as the settings say */
    struct passage passage;
    double *start;      /* [cells] the density it sets out with, mass 1 */
    size_t within;      /* the cell outside the target with the most of it */
    double log_time;    /* ln of the mean time */
    double exit[2];     /* one variable: probability to leave through lower, upper side */
    double *exit_place; /* two variables: [passage.places] probability of each face */
    double space_error; /* relative, estimated; NAN where it is not known */
    double log_extrapolated; /* ln of the mean time, to zero cell width; or NAN */
    struct error why_no_error;
    struct passage_quasi quasi; /* density NULL where there is none */
    struct error why_no_quasi;
    double *committor; /* [cells] reach the target before `from`; NULL unless a region */
    size_t times;
    double *time;             /* [times] */
    struct survival survival; /* alive NULL where it could not be computed */
    struct error why_no_survival;
    struct escape_reach reach;
    struct escape_splitting *splitting; /* the same by walkers; NULL unless asked for */
    struct escape_exponents exponents;  /* one variable */
};

/* NULL in *out without analysis.escape. Fails (ERROR_SETTINGS, with its place) where the
 * question makes no sense. The evolution and the context of parts are borrowed for its
 * life; parts may be NULL. Long parts ask the monitor of the evolution. */
MUST_CHECK bool escape_create(const struct setup *setup, const struct evolution *evolution,
                              const struct parts *parts, struct escape **out,
                              struct error *err);
/* Without computing: is the question one that can be put? In one variable with normal noise
 * in full; else as far as the settings and the cells alone say. Fails as escape_create. */
MUST_CHECK bool escape_check(const struct setup *setup, const struct evolution *evolution,
                             struct error *err);
void escape_destroy(struct escape *escape);
/* Fills survival; that the curve cannot be computed is no failure. */
MUST_CHECK bool escape_survive(struct escape *escape, const struct monitor *monitor,
                               struct error *err);

/* What it can put into a file: quantity k, counted from 0; NULL behind the last. */
const struct quantity *escape_quantity(size_t k);
extern const struct attribute_table escape_attributes;
/* Its fields (as monte_carlo_fields), their values, its numbers as attributes of the file,
 * and lines for the summary; escape may be NULL. */
void escape_fields(const struct escape *escape, field_sink add, void *context);
MUST_CHECK bool escape_record(const struct escape *escape, struct record *record,
                              struct error *err);
MUST_CHECK bool escape_results(const struct escape *escape, struct record *record,
                               struct error *err);
void escape_print(const struct escape *escape, void *stream);

/* What the user should know of the target's edge; false: nothing. */
enum { ESCAPE_NOTE = 200 };
bool escape_note(const struct escape *escape, char text[ESCAPE_NOTE]);

/* A time from its logarithm: "7.93402154", "10^312.4"; "infinite". Returns text. */
enum { ESCAPE_TIME_TEXT = 32 };
const char *escape_time_text(double log_time, int digits, char text[ESCAPE_TIME_TEXT]);
