/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is measured on the current of a density in one dimension. */
#pragma once

#include "solver/fv/line/generator.h"

struct current1 {
    double largest; /* |J| over the faces */
    double scale;   /* generator1_flux_scale */
    /* Per unit of time, the sum over the faces
     *     Sum_f J_f ln( left p_L / (right p_R) )
     * (Schnakenberg, Rev. Mod. Phys. 48, 571, 1976), which tends to Integral J^2 / (D p)
     * dx. inf where a current crosses a face without noise. */
    double entropy_production;
};
/* Of the density p[cells]. Fails for want of memory only. */
MUST_CHECK bool current1_measure(const struct generator1 *, const double *p,
                                 struct current1 *out, struct error *err);
