/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The density's equation on one grid, ready to be advanced. For every interval of
 * the learning-rate schedule: its coefficients, its propagator, and the operator that this
 * works with,
 *     line   generator in one variable            dp/dt = -dJ/dx           (line/generator.h)
 *     plane  generator in two variables           dp/dt = -div J           (plane/generator.h)
 *     levy   alpha-stable noise                   fractional equation      (levy.h)
 *     phase  one variable with its velocity       kinetic equation         (kinetic.h).
 * The functions below hide which of them it is. */
#pragma once

#include "solver/equation/levy_piece.h"
#include "solver/equation/phase.h"
#include "solver/fv/line/generator.h"
#include "solver/fv/plane/generator.h"
#include "solver/settings/setup.h"
#include "solver/time/propagator.h"

struct evolution_kind;

/* One of line, plane, levy, phase is there; the others are NULL. */
struct evolution_interval {
    const struct evolution_kind *kind;
    struct interval_coefficients coefficients;
    struct line_generator *line;
    struct plane_generator *plane;
    struct stable_interval *levy; /* borrowed from propagator, as phase */
    struct phase *phase;
    struct propagator *propagator;
};

struct evolution {
    const struct grid *grid; /* borrowed */
    size_t intervals;
    struct evolution_interval *interval;
    bool absorbing; /* mass may leave */
};

/* method: a name, or "auto": in one variable the one that propagator_choose takes.
 * tolerance: of the time error, in L1. */
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
 * the generators do. */
MUST_CHECK struct evolution *evolution_create(const struct setup *setup,
                                              const struct grid *grid,
                                              const struct evolution_options *options,
                                              struct error *err);
/* Does the equation have one variable and normal noise: line_generator? */
bool evolution_is_line(const struct setup *setup);
void evolution_destroy(struct evolution *evolution);

/* From p0 at the beginning of (a part of) interval k: one sink call for each t (time since
 * p0). */
MUST_CHECK bool evolution_advance(struct evolution *, size_t interval, const double *p0,
                                  size_t n, const double *t, snapshot_sink sink,
                                  void *context, struct error *err);
/* True: many snapshots from one start are much cheaper than one by one. */
bool evolution_batches(const struct evolution *);
/* Number of values of a current on this grid: 1-D cells + 1; 2-D ny (nx + 1) of J_x, then
 * (ny + 1) nx of J_y. */
size_t evolution_faces(const struct evolution *);
/* flux[evolution_faces]: the current of p[cells], per unit of the run's time. */
void evolution_flux(const struct evolution *, size_t interval, const double *p,
                    double *flux);
/* The current of p against the scale of what flows back and forth, and the entropy
 * production (0 in 1-D detailed balance). Of a parameter and its velocity: the current of
 * friction and noise; v p and -L' p are no sign of a state that is not stationary. */
struct current {
    double relative, entropy_production;
};
MUST_CHECK bool evolution_current(const struct evolution *, size_t interval,
                                  const double *p, struct current *out, struct error *err);
/* The stationary state of an interval, as line_stationary_compute: out->kind and reason say where
 * there is none. */
MUST_CHECK bool evolution_stationary(const struct evolution *, size_t interval,
                                     struct stationary *out, struct error *err);
/* Sums over the intervals; and what the propagator of the first interval that was advanced says
 * of its choices, before any step at least the method's name. */
struct propagator_counts evolution_counts(const struct evolution *);
/* What a bounded grid does to the answer, as the propagator of an interval keeps account of it
 * from the value that it is given at its start: the name and meaning of the series in the
 * file, and the value. NULL where nothing of the kind exists. */
struct truncation {
    const char *name, *long_name;
    double limit;       /* above it the user should know ... */
    const char *advice; /* ... what to change */
};
const struct truncation *evolution_truncation(const struct evolution *);
double *evolution_truncation_value(const struct evolution *, size_t interval);
/* Constants of the last interval's equation that the settings do not say as such, for summary
 * and file. Returns how many of number[4] there are. */
struct number {
    const char *name;
    double value;
};
size_t evolution_numbers(const struct evolution *, struct number number[4]);
/* Drift and diffusion on the grid's variables, per unit of the run's time. */
const struct coefficients *evolution_coefficients(const struct evolution *,
                                                  size_t interval);
/* What was chosen, as propagator.chosen. */
const char *evolution_chosen(const struct evolution *);
