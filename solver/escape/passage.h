/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First passage, in one interval of the schedule, to a target: a set of cells and the
 * absorbing ends. The mean time tau obeys
 *     A^T tau = -1 outside the target,   tau = 0 on it        (docs/numerics.md 6.3).
 * Hides whether the grid has one or two dimensions (solver/fv/line/escape.h, plane/escape.h) or the
 * noise jumps (passage_levy.h). Times are in the run's unit and kept as logarithms: e^-300
 * and e^300 are both right. */
#pragma once

#include "solver/equation/evolution.h"
#include "solver/time/line/survival.h"

struct plane_escape;
struct exit_place;
struct passage_levy;

struct passage {
    const struct evolution_interval *interval; /* borrowed, as grid */
    const struct grid *grid;
    struct line_escape *line;   /* one variable, or NULL */
    struct plane_escape *plane; /* two variables, or NULL */
    struct passage_levy *levy;  /* stable noise, or NULL */
    const bool *target;         /* [cells] */
    double *log_time; /* [cells] ln of the mean time from each cell, -inf on the target */
    /* one variable, [cells], borrowed: ln of the probability to leave through the
     * lower and the upper side of the interval that the cell lies in */
    const double *log_lower, *log_upper;
    /* two variables, borrowed from plane: the faces through which mass leaves */
    size_t places;
    const struct exit_place *place;
};

/* target[cells]. Fails (ERROR_SETTINGS) where there is nothing to reach, and for dynamics
 * with a velocity. */
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

/* Quasi-stationary law of the part of the grid that holds cell `within`. */
struct passage_quasi {
    double log_rate, error; /* error: relative, a bound */
    double *density;        /* [cells], mass 1; owned */
};
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

/* The cells outside the target, around the cell `within` in one variable, where they are an
 * interval or a rectangle; false where not (across the seam of a ring, other shapes). */
struct passage_box {
    size_t first[2], cells[2];
    double lo[2], hi[2];
    enum boundary boundary[2][2]; /* [d][end]: ABSORBING where the target begins */
};
bool passage_box(const struct passage *passage, size_t within, struct passage_box *out);

/* Survival curve and exit-time density at n times, from p0[cells]. Two variables: lower is
 * the part through the target's edge, upper that through absorbing walls. Fails (ERROR_RUN)
 * with stable noise. */
MUST_CHECK bool passage_survival(const struct passage *passage,
                                 const struct propagator_options *options, const double *p0,
                                 size_t n, const double *t, struct survival *out,
                                 struct error *err);
