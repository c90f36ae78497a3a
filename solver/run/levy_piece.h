/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One piece of an evolution under alpha-stable noise, dx = b dt + s dL^alpha: the
 * propagator around solver/time/levy, with the current, the stationary law and what has
 * wrapped around the box. */
#pragma once

#include "solver/fv/generator1.h"
#include "solver/model/model.h"
#include "solver/time/levy.h"

struct levy_piece {
    struct propagator base; /* first: a propagator destroys it */
    const struct grid *grid;
    const struct piece_coefficients *coefficients; /* borrowed, as the grid */
    struct levy *levy;
    double *drift; /* [cells + 1] at the faces; 0 at the ends, which it does not cross */
    const struct monitor *monitor; /* borrowed, may be NULL */
};

extern const char *const levy_methods[2]; /* "spectral", "lattice" */

/* method: one of them, or auto. Fails (ERROR_SETTINGS, a sentence without place) on grids
 * that it cannot take. */
MUST_CHECK struct levy_piece *
levy_piece_create(const struct grid *grid, const struct piece_coefficients *,
                  const char *method, const struct propagator_options *, struct error *err);
/* flux[cells + 1]: drift and jumps. */
void levy_piece_flux(const struct levy_piece *, const double *p, double *flux);
/* Largest |current| over that of drift and jumps taken apart. */
MUST_CHECK bool levy_piece_current(const struct levy_piece *, const double *p,
                                   double *relative, struct error *err);
/* In closed form for b = -h (x - centre); else none, with the reason. */
MUST_CHECK bool levy_piece_stationary(const struct levy_piece *, struct stationary *out,
                                      struct error *err);
