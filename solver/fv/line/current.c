/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/current.h"
#include "grids/sum.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* The entropy production J ln( left p_L / (right p_R) ) of face f between the cells L and
 * R; 0 where J is no more than the rounding of what flows both ways. */
static double production_at(const struct line_generator *g, size_t f, size_t L, size_t R,
                            double J, const double *p) {
    const double both = fabs(g->left[f] * p[L]) + fabs(g->right[f] * p[R]);
    if (fabs(J) <= 8 * DBL_EPSILON * both || both < DBL_MIN) return 0;
    if (isinf(g->log_ratio[f])) return HUGE_VAL;
    if (!(p[L] > 0) || !(p[R] > 0)) return 0;
    return J * (g->log_ratio[f] + log(p[L] / p[R]));
}

bool line_current_measure(const struct line_generator *g, const double *p,
                          struct line_current *out, struct error *err) {
    const size_t n = g->cells;
    double *J = array_create(n + 1, sizeof *J, err);
    if (J == NULL) return false;
    line_generator_flux(g, p, J);
    struct sum production = {0};
    *out = (struct line_current){.scale = line_generator_flux_scale(g, p)};
    for (size_t f = 0; f <= n; f++) {
        out->largest = fmax(out->largest, fabs(J[f]));
        if (f < n && (f > 0 || g->periodic))
            sum_add(&production, production_at(g, f, f > 0 ? f - 1 : n - 1, f, J[f], p));
    }
    out->entropy_production = sum_value(production);
    free(J);
    return true;
}
