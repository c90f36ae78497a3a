/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * p(t) = exp(t A) p(0): methods that carry a density from one time to later ones. A method
 * is a file pair that ends in one const struct propagator_method, and a row in the list of
 * its equation (solver/equation), from which it is chosen by name. */
#pragma once

#include "grids/grid.h"
#include "io/status.h"
#include "solver/model/coefficients.h"
#include <stdint.h>

struct propagator_options {
    double tolerance; /* wanted L1 error in time of each snapshot, of the mass */
    double step;      /* fixed step for the stepping methods; 0 = by error control */
    const struct monitor *monitor; /* may be NULL */
    /* contour gives up (ERROR_RUN) after so many solves x cells; 0: never */
    double most_work;
    /* The run ends about here: what depends on the time is sampled in parts of [0, span];
     * 0: not known. */
    double span;
};

/* What it took, summed over calls; written to the file and printed in the summary. */
struct propagator_counts {
    int64_t solves; /* (z - A) x = p or (1 - h A) x = p */
    int64_t factorisations;
    int64_t steps, rejected;
    int64_t intervals; /* parts that the time range was split into */
};

/* Called once for each wanted time, in order. p[cells]: the density as computed, before any
 * clean-up (borrowed during the call); time_error: estimated L1 error in time since the
 * start p0. false stops the propagator. */
typedef bool (*snapshot_sink)(void *context, size_t k, const double *p, double time_error,
                              struct error *err);

struct propagator;
struct propagator_method {
    const char *name;        /* "contour" */
    const char *description; /* one sentence, for `fokker settings` */
    int order;               /* in time; 0: no steps, spectral */
    double tolerance;        /* error in time that is asked for where the settings do not */
    bool positive;           /* densities never negative, to rounding */
    bool keeps_mass;         /* knows no sinks (coefficients.killing, reset) */
    bool no_return;          /* knows killing, but no reset */
    bool batch;  /* true: many snapshots from one start are much cheaper than one by one */
    bool driven; /* follows coefficients that depend on the time */
    /* problem: what the equation works with, of the type that its table's methods take
     * (line_generator, plane_generator, ...; solver/equation); borrowed, as the
     * coefficients, which may be NULL where a method needs none. Options are copied. */
    struct propagator *(*create)(const void *problem, const struct coefficients *,
                                 const struct propagator_options *, struct error *);
    /* From p0 at time 0 to t[0] < t[1] < ... (t[0] >= 0), one sink call each.
     * Deterministic: depends on p0, t and n only. */
    bool (*advance)(struct propagator *, const double *p0, size_t n, const double *t,
                    snapshot_sink sink, void *context, struct error *);
    void (*destroy)(struct propagator *);
};
/* First member of every method's own struct. */
struct propagator {
    const struct propagator_method *method;
    struct propagator_counts counts;
    char chosen[256]; /* for summary and file: "contour: 32 poles a window" */
    double origin;    /* the run's time of p0, for models that depend on it */
};

/* Of a list that ends with NULL the method of that name; NULL: there is none. */
const struct propagator_method *
propagator_find(const struct propagator_method *const *methods, const char *name);

/* The members of the method's table: its create, and its advance from p0[cells] to the
 * ascending times t[n], with one call of sink for each. What create borrows lives as long as
 * the propagator; the caller destroys it. Fail as the method does (ERROR_SETTINGS: problem
 * and options do not go together; ERROR_RUN: the answer is not finite or steps do not
 * converge; ERROR_INTERRUPTED; the sink's own error), and without memory. */
MUST_CHECK struct propagator *propagator_create(const struct propagator_method *,
                                                const void *problem,
                                                const struct coefficients *,
                                                const struct propagator_options *,
                                                struct error *);
MUST_CHECK bool propagator_advance(struct propagator *, const double *p0, size_t n,
                                   const double *t, snapshot_sink sink, void *context,
                                   struct error *err);
/* The same from time `origin` of the run, on which coefficients may depend; t counts from
 * there. propagator_advance begins at 0. */
MUST_CHECK bool propagator_advance_from(struct propagator *, double origin,
                                        const double *p0, size_t n, const double *t,
                                        snapshot_sink sink, void *context,
                                        struct error *err);
void propagator_destroy(struct propagator *);
