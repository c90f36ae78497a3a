/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First passage, in one interval of the schedule, to a target: a set of cells and the
 * absorbing ends. The mean time tau obeys
 *     A^T tau = -1 outside the target,   tau = 0 on it        (docs/numerics.md 6.3).
 * What differs between equations is a row of passage_tables: one file each. Times are in
 * the run's unit and kept as logarithms: e^-300 and e^300 are both right. */
#pragma once

#include "solver/equation/evolution.h"
#include "solver/time/line/survival.h"

struct exit_place;

struct passage {
    const struct passage_table *table;
    const struct evolution_interval *interval; /* borrowed, as grid */
    const struct grid *grid;
    void *state;        /* the equation's own, freed by its table */
    const bool *target; /* [cells], borrowed from state, as all below but log_time */
    double *log_time;   /* [cells] ln of the mean time from each cell, -inf on the target */
    /* one variable, [cells]: ln of the probability to leave through the lower and the upper
     * side of the interval that the cell lies in */
    const double *log_lower, *log_upper;
    /* two variables: the faces through which mass leaves */
    size_t places;
    const struct exit_place *place;
};

/* Quasi-stationary law of the part of the grid that holds cell `within`. */
struct passage_quasi {
    double log_rate, error; /* error: relative, a bound */
    double *density;        /* [cells], mass 1; owned */
};

/* The cells outside the target, around the cell `within` in one variable, where they are an
 * interval or a rectangle; false where not (across the seam of a ring, other shapes). */
struct passage_box {
    size_t first[2], cells[2];
    double lo[2], hi[2];
    enum boundary boundary[2][2]; /* [d][end]: ABSORBING where the target begins */
};

/* First passage of one equation. An equation without a row says why in its no_passage. */
struct passage_table {
    const struct equation *equation;
    bool second_order; /* mean times are, in the width of the cells */
    bool aligns;       /* a face is moved to where the target's edge cuts a cell */
    bool light;        /* create costs no more than the grid: `check` does it, too */
    /* Would create refuse these cells? NULL: it is not known without computing. */
    bool (*check)(const struct grid *grid, const bool *target, struct error *err);
    /* target[cells]: fills state (also on failure, for destroy), target, log_time and what
     * there is of the rest. */
    bool (*create)(struct passage *passage, const bool *target, struct error *err);
    void (*destroy)(void *state);
    double (*log_time_at)(const struct passage *passage, const double *x);
    double (*log_time_from)(const struct passage *passage, const double *p);
    bool (*quasi)(const struct passage *passage, size_t within, struct passage_quasi *out,
                  struct error *err);
    /* first and cells of the box only. */
    bool (*extent)(const struct passage *passage, size_t within, struct passage_box *box);
    /* NULL: there is none, and no_survival is the sentence that says so. */
    bool (*survival)(const struct passage *passage,
                     const struct propagator_options *options, const double *p0, size_t n,
                     const double *t, struct survival *out, struct error *err);
    const char *no_survival;
    /* Those below may be NULL: there is nothing of the kind. work[cells]. */
    bool (*committor)(const struct passage *passage, const bool *A, const bool *B,
                      double *work, double *q, struct error *err);
    bool (*exit_places)(const struct passage *passage, const double *p, double *probability,
                        struct error *err);
    bool (*reached)(const struct passage *passage, const double *p0, double t,
                    double *probability, double *error, struct error *err);
    /* Noise that jumps: ln of the mean time from x until one jump leads out of [lo, hi]
     * through the open ends. NULL: it does not. */
    double (*log_one_jump)(const struct passage *passage, double x, double lo, double hi,
                           const bool open[2]);
};

/* All rows; ends with NULL. */
extern const struct passage_table *const passage_tables[];
/* The row of the equation, or NULL. */
const struct passage_table *passage_table_of(const struct equation *equation);

/* target[cells]. Fails (ERROR_SETTINGS) where there is nothing to reach, and for dynamics
 * with a velocity (the equation's no_passage). */
MUST_CHECK bool passage_create(const struct evolution_interval *interval,
                               const struct grid *grid, const bool *target,
                               struct passage *out, struct error *err);
/* Without computing: as far as the equation and the cells alone say that it would fail. */
MUST_CHECK bool passage_check(const struct evolution_interval *interval,
                              const struct grid *grid, const bool *target,
                              struct error *err);
void passage_finish(struct passage *passage);

/* ln of the mean time from the point x[dims], and from the density p[cells]. */
double passage_log_time_at(const struct passage *passage, const double *x);
double passage_log_time_from(const struct passage *passage, const double *p);
/* One variable: ln of the probability to leave through the lower (0) or upper (1) side,
 * from p[cells]. Two variables: probability[places] of each face. */
double passage_log_exit(const struct passage *passage, const double *p, int side);
MUST_CHECK bool passage_exit_places(const struct passage *passage, const double *p,
                                    double *probability, struct error *err);

/* The quasi-stationary law around the cell `within`; passage_quasi_finish frees it. Fails
 * (ERROR_RUN) where it cannot be found, such as in a part that is never left. */
MUST_CHECK bool passage_quasi(const struct passage *passage, size_t within,
                              struct passage_quasi *out, struct error *err);
void passage_quasi_finish(struct passage_quasi *quasi);

/* q[cells]: probability to reach the cells B before the cells A. Not with stable noise. */
MUST_CHECK bool passage_committor(const struct passage *passage, const bool *A,
                                  const bool *B, double *q, struct error *err);

/* One variable: the part of p0[cells] that has arrived by t, with its error in time
 * (survival.h). */
MUST_CHECK bool passage_reached(const struct passage *passage, const double *p0, double t,
                                double *probability, double *error, struct error *err);

/* The box around the cell `within`, with the boundaries that mass meets on its sides; false
 * where what is outside the target has no such shape. */
bool passage_box(const struct passage *passage, size_t within, struct passage_box *out);

/* Survival curve and exit-time density at n times, from p0[cells]. Two variables: lower is
 * the part through the target's edge, upper that through absorbing walls. Fails (ERROR_RUN)
 * with stable noise. */
MUST_CHECK bool passage_survival(const struct passage *passage,
                                 const struct propagator_options *options, const double *p0,
                                 size_t n, const double *t, struct survival *out,
                                 struct error *err);
