/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is measured on the current of a density in two dimensions. */
#pragma once

#include "solver/fv/plane/generator.h"

struct plane_current {
    double largest; /* |J| over the faces */
    double scale;   /* plane_generator_flux_scale: of both directions together */
    /* Per unit of time, the sum over the edges
     *     Sum_e F_e ln( forward p_from / (backward p_to) )
     * (Schnakenberg, Rev. Mod. Phys. 48, 571, 1976), 0 in detailed balance. Where upwinding
     * makes some edges one-way, Integral J D^-1 J / p with J and D at the centres instead.
     * NaN where upwinding makes the value: a fifth of the mass where |b| h > 5 D, a hundredth
     * of the flux on one-way edges, or the two ways a fifth apart. inf where D is singular
     * and J has a part along the direction without noise. */
    double entropy_production;
};
/* Of the density p[cells]. model: the coefficients that the generator was made from. Fails
 * where these are not finite, or without memory. */
MUST_CHECK bool plane_current_measure(const struct plane_generator *,
                                      const struct coefficients *model, const double *p,
                                      struct plane_current *out, struct error *err);
/* The adiabatic part of it, which keeping the state away from equilibrium costs,
 *     Sum_e F_e ln( forward pi_from / (backward pi_to) ),
 * from ln pi[cells] of the stationary density pi of the same rates (docs/theory.md 1.9). NaN
 * where an edge is one-way. */
double plane_current_adiabatic(const struct plane_generator *, const double *p,
                               const double *log_pi);
