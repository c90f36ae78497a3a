/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run's equation on one grid, ready to be advanced: one interval (equation.h) for each
 * interval of the learning-rate schedule. */
#pragma once

#include "solver/equation/equation.h"

struct evolution {
    const struct grid *grid; /* borrowed */
    size_t intervals;
    struct evolution_interval **interval; /* [intervals] */
    bool absorbing;                       /* mass may leave */
    double tolerance;   /* of the time error: as asked for, or the methods' own */
    const char *method; /* of all intervals; "auto" where they differ */
};

/* method: a name in the equation's list, or "auto". tolerance: of the time error, in L1. */
struct evolution_options {
    const char *method;
    double tolerance;
    const struct monitor *monitor; /* may be NULL */
    double most_work;              /* as in propagator_options */
};
/* The options of the settings; monitor is borrowed. */
struct evolution_options evolution_options(const struct setup *setup,
                                           const struct monitor *monitor);
/* The equation of the settings on a grid; setup and grid are borrowed. Fails
 * (ERROR_SETTINGS, with its place) where the method and the grid do not go together, and as
 * the equation does. */
MUST_CHECK struct evolution *evolution_create(const struct setup *setup,
                                              const struct grid *grid,
                                              const struct evolution_options *options,
                                              struct error *err);
void evolution_destroy(struct evolution *evolution);
/* Lets go of what the methods in time need, and of the monitor: nothing can be advanced until
 * evolution_renew. */
void evolution_rest(struct evolution *evolution);
/* As if it were created anew with these options, but the discrete equation is kept: the most of the
 * work. For a model that does not depend on the time; setup is the same. Fails as evolution_create,
 * and can only be destroyed then. */
MUST_CHECK bool evolution_renew(struct evolution *evolution, const struct setup *setup,
                                const struct evolution_options *options, struct error *err);
/* The last interval of the schedule. */
const struct evolution_interval *evolution_last(const struct evolution *evolution);

/* From p0 at time `origin` of the run, in interval k: one sink call for each t (time since
 * p0). */
MUST_CHECK bool evolution_advance(struct evolution *, size_t interval, double origin,
                                  const double *p0, size_t n, const double *t,
                                  snapshot_sink sink, void *context, struct error *err);
/* What the members of equation.h say of interval k is of time t of the run from now on; it
 * matters where the model depends on the time. Fails as the equation's init. */
MUST_CHECK bool evolution_set_time(struct evolution *, size_t k, double t,
                                   struct error *err);
/* True: many snapshots from one start are much cheaper than one by one. */
bool evolution_batches(const struct evolution *);
/* Number of values of a current on this grid: 1-D cells + 1; 2-D ny (nx + 1) of J_x, then
 * (ny + 1) nx of J_y. */
size_t evolution_faces(const struct evolution *);
/* Sums over the intervals. */
struct propagator_counts evolution_counts(const struct evolution *);
/* What the propagator of the first interval that was advanced says of its choices
 * (propagator.chosen); before any step at least the method's name. */
const char *evolution_chosen(const struct evolution *);

/* The members of equation.h for one interval, k = 0 .. intervals - 1. */
void evolution_flux(const struct evolution *, size_t k, const double *p, double *flux);
MUST_CHECK bool evolution_current(const struct evolution *, size_t k, const double *p,
                                  struct current *out, struct error *err);
MUST_CHECK bool evolution_stationary(const struct evolution *, size_t k,
                                     struct stationary *out, struct error *err);
/* The adiabatic part of the entropy production of p[cells], from the stationary density of the
 * coefficients of the present time; NaN where there is none. */
MUST_CHECK bool evolution_adiabatic(const struct evolution *, size_t k, const double *p,
                                    double *out, struct error *err);
const struct coefficients *evolution_coefficients(const struct evolution *, size_t k);
/* NULL where nothing is cut off: then there is no value either. */
const struct truncation *evolution_truncation(const struct evolution *);
double *evolution_truncation_value(const struct evolution *, size_t k);

/* One variable: does the cell at an end hold what reaches it? */
bool evolution_holds_mass(const struct evolution *, size_t k, int end);

/* The same for the last interval. */
/* Constant k, counted from 0; false behind the last. */
bool evolution_constant(const struct evolution *, size_t k, const char **name,
                        double *value);
/* Both NULL where the coefficients are at the centres of the cells. */
struct face_coefficients evolution_at_faces(const struct evolution *);
const struct line_wall *evolution_degenerate_wall(const struct evolution *, int end);
struct upwinding evolution_upwinding(const struct evolution *);
bool evolution_unseen_error(const struct evolution *, const double *p, double t,
                            char text[EQUATION_TEXT]);
/* Fails (ERROR_SETTINGS) with the equation's no_modes where there are none. */
MUST_CHECK bool evolution_has_modes(const struct evolution *, struct error *err);
/* Fails as it, and as line_spectrum_compute does. */
MUST_CHECK bool evolution_modes(const struct evolution *, size_t modes,
                                struct line_spectrum *out, struct error *err);
