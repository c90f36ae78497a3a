/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An equation for the density p of a run, as one const table. Each is a pair of files here
 * that ends in its table, and a row in the list `equations`:
 *     stable   dp/dt = -d(b p)/dx - s^alpha (-d2/dx2)^(alpha/2) p        (stable.h)
 *     kinetic  dp/dt = -v dp/dx + d/dv[(gamma v + L') p] + gamma theta d2p/dv2
 *                                                                        (kinetic.h)
 *     line     dp/dt = -dJ/dx            one variable                    (line.h)
 *     plane    dp/dt = -div J            two variables                   (plane.h)
 * J of solver/model/coefficients.h. The settings are those of the first row that applies.
 * Nobody outside asks which equation a run has: what differs is a member of the table
 * (docs/extending.md 2). */
#pragma once

#include "grids/field.h"
#include "solver/fv/line/generator.h"
#include "solver/fv/line/spectrum.h"
#include "solver/settings/setup.h"
#include "solver/time/line/fate.h"
#include "solver/time/line/work.h"
#include "solver/time/propagator.h"
#include <stdio.h>

/* One interval of the learning-rate schedule: first member of every equation's own struct.
 * What is borrowed lives as long as the setup and the grid. */
struct evolution_interval {
    const struct equation *equation;
    const struct grid *grid;            /* borrowed */
    const struct monitor *monitor;      /* borrowed; may be NULL */
    struct interval_coefficients model; /* drift and diffusion of the model's variables */
    const struct coefficients *coefficients; /* of the grid's variables, per unit of the
                                                run's time: &model.coefficients but for
                                                kinetic */
    const void *problem;                     /* what the methods in time work with */
    struct propagator *propagator;           /* owned */
    double tolerance; /* of its error in time: what was asked for, or the method's own */
    bool asked;       /* it was asked for */
};

/* The current of p against the scale of what flows back and forth, and the entropy
 * production (0 in 1-D detailed balance). Of a parameter and its velocity: the current of
 * friction and noise; v p and -L' p are no sign of a state that is not stationary. */
struct current {
    double relative, entropy_production;
};

/* What a bounded grid does to the answer: the name of the series in the file, whose row in
 * solver/analysis/quantities.c says what it is. */
struct truncation {
    const char *name;
    double limit;       /* above it the user should know ... */
    const char *advice; /* ... what to change */
};

/* A constant of the equation that the settings do not say as such, for summary and file. */
struct derived_constant {
    const char *name, *sentence;
    double (*value)(const struct evolution_interval *interval);
    bool (*present)(const struct evolution_interval *interval); /* NULL: always */
};

/* One variable: b and D at the faces, [cells + 1], borrowed; NULL: there is none. */
struct face_coefficients {
    const double *drift, *diffusion;
};

/* Parts of the edges: upwind carry drift at first order, regularised have a widened D. */
struct upwinding {
    double upwind, regularised;
    bool of_density; /* of the density too; else of what the method in time does not give:
                        stationary state, currents, modes, escape */
};

enum { EQUATION_TEXT = 300 };

/* Functions that may be NULL say what that means. interval: of this equation. */
struct equation {
    const char *name;        /* "plane" */
    const char *description; /* the equation, in one sentence */
    const char *scope;       /* where it holds, in messages: "in two variables" */
    /* Its methods in time, which take `problem`; ends with NULL. `auto` takes the first, or
     * what choose says, then in words: automatic. */
    const struct propagator_method *const *methods;
    const char *automatic;
    /* Are cells cut until the error in space meets accuracy.space (analysis/resolution.h)? */
    bool refines_cells;
    const struct truncation *truncation; /* NULL: nothing is cut off */
    /* Why analysis.modes and analysis.escape do not go with it, as a sentence after the
     * key; NULL: they do (modes below; a row in solver/escape/passage.c). */
    const char *no_modes, *no_passage;

    bool (*applies)(const struct setup *);
    /* Bytes of the interval's struct, which is made zeroed and with its evolution_interval
     * filled in but for problem and propagator. init sets problem and what is its own;
     * finish frees that, and accepts what a failed init leaves. init fails (ERROR_SETTINGS)
     * where settings and grid do not go together. */
    size_t size;
    bool (*init)(struct evolution_interval *interval, const struct setup *setup,
                 struct error *err);
    void (*finish)(struct evolution_interval *interval);
    /* Of a model that depends on the time: problem becomes that of the coefficients now.
     * Fails as init. NULL: the equation does not follow such models. */
    bool (*update)(struct evolution_interval *interval, struct error *err);
    /* The interval has another monitor. NULL: nothing that is its own keeps it. */
    void (*follow)(struct evolution_interval *interval);
    /* Its chain in time (time/line/work.h), for coefficients of the interval, borrowed, along
     * whose paths there is work. NULL: it is not computed. */
    bool (*chain)(const struct evolution_interval *interval,
                  const struct coefficients *coefficients,
                  const struct propagator_options *options, struct work_chain *out,
                  struct error *err);
    /* The method that auto takes, and why. NULL: the first one. */
    const struct propagator_method *(*choose)(const struct evolution_interval *interval,
                                              char why[256]);

    /* flux[evolution_faces]: the current of p[cells], per unit of the run's time. */
    void (*flux)(const struct evolution_interval *interval, const double *p, double *flux);
    /* Fails for want of memory only. */
    bool (*current)(const struct evolution_interval *interval, const double *p,
                    struct current *out, struct error *err);
    /* The part of the entropy production of p[cells] that the stationary density of the present
     * coefficients costs, log_pi[cells] its logarithm (fv/line/current.h). Fails for want of
     * memory only. NULL: the equation does not follow a model that depends on the time. */
    bool (*adiabatic)(const struct evolution_interval *interval, const double *p,
                      const double *log_pi, double *out, struct error *err);
    /* As line_stationary_compute: out->kind and reason say where there is none. */
    bool (*stationary)(const struct evolution_interval *interval, struct stationary *out,
                       struct error *err);
    /* The slowest modes, as line_spectrum_compute. NULL: no_modes says why. */
    bool (*modes)(const struct evolution_interval *interval, size_t modes,
                  struct line_spectrum *out, struct error *err);
    /* Of p[cells]; NULL: field_moments. */
    struct moments (*moments)(const struct evolution_interval *interval, const double *p);
    /* NULL: the coefficients are taken at the centres of the cells. */
    struct face_coefficients (*at_faces)(const struct evolution_interval *interval);
    /* The end of the axis, 0 or 1, if the noise vanishes there, else NULL. NULL: it does
     * not matter to this equation. */
    const struct line_wall *(*degenerate_wall)(const struct evolution_interval *interval,
                                               int end);
    /* Does mass that reaches an end stay there, so that the cell beside it counts as on the
     * wall (solver/fv/line/cells.h)? NULL: no. */
    bool (*holds_mass)(const struct evolution_interval *interval, int end);
    struct upwinding (*upwinding)(const struct evolution_interval *interval); /* NULL: 0 */
    /* The quantity of `truncation` since the start; may be set to go on from a file. */
    double *(*truncated)(const struct evolution_interval *interval);
    const struct derived_constant *constants; /* end with a NULL name; NULL: none */
    /* The parts of p[cells] that are going to be killed and to leave through the ends
     * (solver/time/line/fate.h), from functions of where mass is that the interval keeps when
     * they were found once; NULL: the settings refuse killing with this equation. */
    bool (*fate)(struct evolution_interval *interval, const double *p, double part[FATES],
                 struct error *err);
    /* A sentence on an error of p[cells] at time t that no estimate sees; false: there is
     * none. NULL: never. */
    bool (*unseen_error)(const struct evolution_interval *interval, const double *p,
                         double t, char text[EQUATION_TEXT]);
};

/* All equations; ends with NULL. */
extern const struct equation *const equations[];
/* That of the settings: the first in the list that applies. */
const struct equation *equation_of(const struct setup *setup);

/* Wanted L1 error in time: time.tolerance, or what the method asks for by itself. */
double equation_tolerance(const struct setup *setup);
/* All equations with their methods in time as text for people, malloc'd; NULL without
 * memory. */
char *equations_describe(struct error *err);
/* "order 2, default tolerance 0.0001, never negative". */
void equation_print_method(FILE *out, const struct propagator_method *method);

/* Interval k of the schedule with its propagator, owned by the caller; setup, grid and
 * monitor are borrowed. method: a name, or "auto". Fails (ERROR_SETTINGS, with the place of
 * time.method) on a name that is not in the equation's list, and as its init does. */
MUST_CHECK struct evolution_interval *
equation_interval_create(const struct setup *setup, const struct grid *grid, size_t k,
                         const char *method, const struct propagator_options *options,
                         struct error *err);
void equation_interval_destroy(struct evolution_interval *interval);
/* Lets go of the propagator and the monitor. */
void equation_interval_rest(struct evolution_interval *interval);
/* Another propagator and monitor, as create would make it. Fails as create, and has none then. */
MUST_CHECK bool equation_interval_renew(struct evolution_interval *interval,
                                        const struct setup *setup, const char *method,
                                        const struct propagator_options *options,
                                        struct error *err);

/* Moments of p[cells] along dimension d. */
struct moments equation_moments(const struct evolution_interval *interval, const double *p,
                                int d);
/* Faces of the cells that are normal to x: (nx + 1) ny. */
size_t equation_x_faces(const struct grid *grid);
