/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Path integration: the law of a chain whose step is a weak second-order step of the
 * stochastic equation (process_path, solver/transfer/process_kinds.h), on cells by the
 * transfer operator,
 *     m <- P_h m,     P_h the matrix of cubic deposits (solver/transfer/transfer.h).
 * Second order in the step, fourth in the cells, also where noise vanishes or acts along one
 * direction only; keeps mass to rounding; not positive where cells do not resolve the
 * density. Runs with steps of h, h/2 and h/4 go side by side: with d_1, d_2 their L1
 * differences, the finest one's error is 3/2 d_2 / (d_1/d_2 - 1) (docs/numerics.md 10.8).
 * At absorbing ends paths are looked at after whole steps: order 1/2 to 1 there. */
#pragma once

#include "grids/grid.h"
#include "solver/time/propagator.h"

/* Wanted error where the settings give none. */
#define PATH_INTEGRAL_TOLERANCE 5e-3
#define PATH_INTEGRAL_DESCRIPTION                                                          \
    "A chain of second-order steps, deposited on the cells: for noise that is weak, "      \
    "vanishes or acts on one variable."

/* grid and coefficients are borrowed. Fails (ERROR_SETTINGS) with fewer than four cells along
 * an axis, or where process_path does. */
MUST_CHECK struct propagator *path_integral_create(const struct grid *grid,
                                                   const struct coefficients *coefficients,
                                                   const struct propagator_options *options,
                                                   struct error *err);
void path_integral_destroy(struct propagator *base);
bool path_integral_advance(struct propagator *base, const double *p0, size_t n,
                           const double *t, snapshot_sink sink, void *context,
                           struct error *err);
/* The stationary density[cells] of the same steps, m = P_h m, at steps of h and h/2 and
 * extrapolated from order 2; h is halved until *error, of the law of h/2 in L1, meets the
 * tolerance. Fails (ERROR_RUN) where it does not, or there is not one law. */
MUST_CHECK bool path_integral_stationary(const struct propagator *base, double *density,
                                         double *error, struct error *err);
