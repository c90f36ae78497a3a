/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rates of a chain whose coefficients depend on the time,
 *     y(t) = forward[pairs], backward[pairs]     between two states each,
 * as polynomials on panels of time (panels.h). Rates stay >= 0: what the polynomial misses below
 * 0 is cut. They are taken as met where drift and noise between states, forward - backward and
 * forward + backward, are met to `tolerance`; drift and diffusion of the model at 64 points say
 * beforehand where that is not worth a try. */
#pragma once

#include "solver/model/coefficients.h"

struct rate_source {
    size_t pairs;
    /* y[2 pairs] at the time that the coefficients' clock is set to */
    bool (*sample)(void *self, double *y, struct error *err);
    /* Typical |forward - backward| and forward + backward over the run, where |b| and D are
     * of the size drift and noise. */
    void (*scale)(const void *self, double drift, double noise, double scale[2]);
    void *self;                              /* borrowed, as all that follows */
    const struct coefficients *coefficients; /* their clock is set, if they have one */
    const struct grid *grid;                 /* of the coefficients' variables */
    double tolerance;                        /* of drift and noise, of their scale */
    double each;         /* what a single pair may miss, in tolerances */
    double kinks, steep; /* as panels_source's noise, of their scale */
    double span;         /* the length of the longest panel */
};

struct rate_panels;
/* Looks at drift and diffusion at some times; no sample yet. Fails where these are not finite,
 * or without memory. */
MUST_CHECK struct rate_panels *rate_panels_create(const struct rate_source *source,
                                                  struct error *err);
void rate_panels_destroy(struct rate_panels *panels);
/* As panels_enter. */
MUST_CHECK bool rate_panels_enter(struct rate_panels *panels, double t, double *end,
                                  struct error *err);
/* y[2 pairs] >= 0 at a time of the panel, and its derivative by t, which has any sign. */
void rate_panels_value(const struct rate_panels *panels, double t, double *y);
void rate_panels_slope(const struct rate_panels *panels, double t, double *y);
/* At how many times of the run the model is looked at, at 64 points: a pulse in t that is
 * wider than their distance is not missed. Fewer where a value is a sum over many examples. */
size_t rate_panels_probes(const struct coefficients *coefficients);
