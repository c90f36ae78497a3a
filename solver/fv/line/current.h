/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is measured on the current of a density in one dimension. */
#pragma once

#include "solver/fv/line/generator.h"

struct line_current {
    double largest; /* |J| over the faces */
    double scale;   /* line_generator_flux_scale */
    /* Per unit of time, the sum over the faces
     *     Sum_f J_f ln( left p_L / (right p_R) )
     * (Schnakenberg, Rev. Mod. Phys. 48, 571, 1976), which tends to Integral J^2 / (D p)
     * dx. inf where a current crosses a face without noise. */
    double entropy_production;
};
/* Of the density p[cells]. Fails for want of memory only. */
MUST_CHECK bool line_current_measure(const struct line_generator *, const double *p,
                                     struct line_current *out, struct error *err);
/* The adiabatic part of it, which keeping the state away from equilibrium costs,
 *     Sum_f J_f ln( left pi_L / (right pi_R) ),
 * from ln pi[cells] of the stationary density pi of the same rates (docs/theory.md 1.9). Fails
 * for want of memory only. */
MUST_CHECK bool line_current_adiabatic(const struct line_generator *, const double *p,
                                       const double *log_pi, double *out,
                                       struct error *err);
