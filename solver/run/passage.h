/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First passage of one evolution piece to a set of cells and the absorbing ends. Hides
 * whether the grid has one or two dimensions (solver/fv/escape1.h). Times in the run's
 * unit, as logarithms: e^-300 and e^300 are both right. */
#pragma once

#include "solver/run/evolution.h"
#include "solver/time/survival.h"

struct passage {
    const struct grid *grid; /* borrowed */
    struct escape1 *line;
    /* [cells], borrowed from it: ln of the mean time from each cell (-inf on the target),
     * ln of the probability to leave through the lower and the upper side of the interval
     * that the cell lies in. */
    const double *log_time, *log_lower, *log_upper;
    const bool *target;
};

/* target[cells]. Fails (ERROR_SETTINGS) where there is nothing to reach. */
MUST_CHECK bool passage_create(const struct evolution_piece *piece, const struct grid *grid,
                               const bool *target, struct passage *out, struct error *err);
void passage_finish(struct passage *passage);

/* ln of the mean time from the point x[dims], and from the density p[cells]. */
double passage_log_time_at(const struct passage *passage, const double *x);
double passage_log_time_from(const struct passage *passage, const double *p);
/* ln of the probability to leave through the lower (0) or upper (1) side, from p[cells]. */
double passage_log_exit(const struct passage *passage, const double *p, int side);

/* Quasi-stationary law of the part of the grid that holds cell `within`. */
struct passage_quasi {
    double log_rate, error; /* error: relative, a bound */
    double *density;        /* [cells], mass 1; owned */
};
MUST_CHECK bool passage_quasi(const struct passage *passage, size_t within,
                              struct passage_quasi *out, struct error *err);
void passage_quasi_finish(struct passage_quasi *quasi);

/* ln of the probability to reach the cells B before the cells A, and A before B; log_a,
 * log_b [cells]. */
MUST_CHECK bool passage_committor(const struct evolution_piece *piece, const bool *A,
                                  const bool *B, double *log_a, double *log_b,
                                  struct error *err);

/* One variable: the interval outside the target in which cell `within` lies. false where
 * there is none: two variables, or across the seam of a ring. */
struct passage_interval {
    size_t first, cells;
    double lo, hi;
    bool absorbs[2]; /* the target, or an absorbing end, lies there; else a wall */
};
bool passage_interval(const struct passage *passage, size_t within,
                      struct passage_interval *out);

/* Survival curve and exit-time density at n times, from p0[cells]. */
MUST_CHECK bool passage_survival(const struct passage *passage,
                                 const struct propagator_options *options, const double *p0,
                                 size_t n, const double *t, struct survival *out,
                                 struct error *err);
