/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/methods.h"
#include "io/numbers.h"
#include "solver/fv/line/generator.h"
#include "solver/time/line/contour.h"
#include "solver/time/line/transport.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Median of |b| h over the interior faces, for the cell Peclet number; 0 when there is no
 * memory to sort them. */
static double median_transport(const struct line_generator *g) {
    const double *centre = g->grid->axis[0]->centre;
    struct error ignored;
    double *bh = array_create(g->cells, sizeof *bh, &ignored), median = 0;
    if (bh == NULL || g->cells < 2) return free(bh), 0;
    for (size_t f = 1; f < g->cells; f++)
        bh[f - 1] = fabs(g->drift[f]) * (centre[f] - centre[f - 1]);
    numbers_sort(g->cells - 1, bh);
    median = bh[(g->cells - 1) / 2];
    free(bh);
    return median;
}

static double strongest_noise(const struct line_generator *g) {
    double D = 0;
    for (size_t f = 0; f <= g->cells; f++)
        D = fmax(D, g->diffusion[f]);
    return D;
}

double propagator_peclet(const struct line_generator *g) {
    const double D = strongest_noise(g);
    return D > 0 ? median_transport(g) / D : (double)INFINITY;
}

const struct propagator_method *propagator_choose(const struct line_generator *g,
                                                  const struct coefficients *coefficients,
                                                  char why[256]) {
    if (coefficients->zero_diffusion || strongest_noise(g) == 0) {
        snprintf(why, 256, "transport: without noise the characteristics are exact");
        return &transport_method;
    }
    snprintf(why, 256, "contour: constant coefficients need no time steps%s",
             g->one_way > 0
                 ? "; where there is no noise the generator is upwind, first order"
                 : "");
    return &contour_method;
}
