/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One schedule interval of an evolution under alpha-stable noise,
 *     dx = b dt + s dL^alpha:
 * the propagator around solver/time/stable/levy, with the current, the stationary law and the mass
 * that has wrapped around the box. */
#pragma once

#include "solver/fv/line/generator.h"
#include "solver/model/model.h"
#include "solver/time/stable/levy.h"

struct stable_interval {
    struct propagator base; /* first: a propagator destroys it */
    const struct grid *grid;
    const struct interval_coefficients *coefficients; /* borrowed, as the grid */
    struct levy *levy;
    double *drift; /* [cells + 1] at the faces; 0 at the ends, which it does not cross */
    const struct monitor *monitor; /* borrowed, may be NULL */
};

extern const char *const levy_methods[2]; /* "spectral", "lattice" */

/* method: one of them, or auto. Fails (ERROR_SETTINGS, a sentence without place) on grids
 * that it cannot take. */
MUST_CHECK struct stable_interval *
stable_interval_create(const struct grid *grid, const struct interval_coefficients *,
                       const char *method, const struct propagator_options *,
                       struct error *err);
/* flux[cells + 1]: the current of drift and jumps, mass per unit of the run's time. */
void stable_interval_flux(const struct stable_interval *, const double *p, double *flux);
/* *relative: the largest |current| relative to those of drift and jumps taken apart; 0 in a
 * stationary state. Fails for want of memory only. */
MUST_CHECK bool stable_interval_current(const struct stable_interval *, const double *p,
                                        double *relative, struct error *err);
/* The stationary law in closed form for b = -h (x - centre) (levy_stationary); else
 * out->reason says why there is none. */
MUST_CHECK bool stable_interval_stationary(const struct stable_interval *,
                                           struct stationary *out, struct error *err);
