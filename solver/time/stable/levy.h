/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fractional Fokker-Planck equation of dx = b dt + sigma dL^alpha on a uniform axis,
 *     dp/dt = -d(b p)/dx - sigma^alpha (-d^2/dx^2)^{alpha/2} p,     0 < alpha <= 2,
 * by Strang splitting (docs/numerics.md 8.1): half a step of drift, a step of jumps, half a
 * step of drift.
 *   drift  carries cell masses along characteristics (remap.h): exact in time, conservative
 *          and positive.
 *   jumps  multiply the Fourier modes of the box, as if it were periodic, by
 *              exp(-|sigma k|^alpha h),
 *          exact for cell averages of what the cells resolve; or, with `positive`, by that
 *          of the lattice chain of jumps.h, O(cell^{min(4 - alpha, 2)}) and never negative.
 * What crosses the end of the box comes in at the other one. `wrapped` is the expected mass
 * that has done so: a bound, since drift brings most of it back, on the difference from the
 * answer on the whole line. Error in time: 5/4 of the difference from a run with half as
 * many steps, which holds for an order between 1 and Strang's 2. */
#pragma once

#include "grids/grid.h"
#include "solver/fv/sinks.h"
#include "solver/time/propagator.h"

struct levy_options {
    double alpha, sigma; /* E e^{ik sigma L_t} = e^{-t |sigma k|^alpha} */
    double step;         /* largest time step; 0: from the tolerance */
    double tolerance;    /* wanted L1 error in time */
    bool positive;
    const struct monitor *monitor; /* may be NULL */
};

struct levy {
    double wrapped; /* since creation */
    double step;    /* as used last */
    int64_t steps;
    struct levy_parts *parts;
};

/* grid (1-D, uniform, both ends reflecting), drift and sinks are borrowed; drift NULL: none; only
 * its drift function is used. sinks: NULL or of fv/sinks.h, half of them in each step before the
 * jumps and half after (linalg/half_sinks.h). Fails (ERROR_SETTINGS) on another grid or bad numbers. */
MUST_CHECK struct levy *levy_create(const struct grid *grid,
                                    const struct coefficients *drift,
                                    const struct sinks *sinks,
                                    const struct levy_options *options, struct error *err);
void levy_destroy(struct levy *levy);
/* As propagator_method.advance: densities p[cells] at t[0] < t[1] < ... from p0 at time 0.
 * Fails as the drift does, without memory, and on ERROR_INTERRUPTED. */
MUST_CHECK bool levy_advance(struct levy *levy, const double *p0, size_t n, const double *t,
                             snapshot_sink sink, void *context, struct error *err);

/* Current of the jumps through the faces, flux[cells + 1], mass per unit of time: its
 * divergence is the jumps' part of -dp/dt, its mean over the ring is 0. p[cells] is a
 * density and does not overlap flux. May be called from the sink. */
void levy_flux(struct levy *levy, const double *p, double *flux);
/* The stationary law of dx = -h (x - centre) dt + sigma dL, h > 0, on the line, whose
 * characteristic function is
 *     exp(ik centre - |sigma k|^alpha / (alpha h)).
 * p[cells]: cell averages of its density, from the Fourier modes of the law on the ring
 * less its images, by the law's tail series. The mass outside the box is missing. False,
 * and p is undefined, when an end is nearer to the centre than 8 scales of the law. */
bool levy_stationary(struct levy *levy, double h, double centre, double *p);
