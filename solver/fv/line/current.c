/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/current.h"
#include "grids/sum.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* J ln( left pi_L / (right pi_R) ) of face f between the cells L and R; with pi = p its entropy
 * production. 0 where J is no more than the rounding of what flows both ways. log_pi NULL:
 * that of p. */
static double production_at(const struct line_generator *g, size_t f, double J,
                            const double *p, const double *log_pi) {
    const size_t L = f > 0 ? f - 1 : g->cells - 1, R = f;
    const double both = fabs(g->left[f] * p[L]) + fabs(g->right[f] * p[R]);
    if (fabs(J) <= 8 * DBL_EPSILON * both || both < DBL_MIN) return 0;
    if (isinf(g->log_ratio[f])) return HUGE_VAL;
    if (!(p[L] > 0) || !(p[R] > 0)) return 0;
    return J *
           (g->log_ratio[f] + (log_pi != NULL ? log_pi[L] - log_pi[R] : log(p[L] / p[R])));
}

/* Over the faces inside. */
static double production(const struct line_generator *g, const double *J, const double *p,
                         const double *log_pi) {
    struct sum total = {0};
    for (size_t f = g->periodic ? 0 : 1; f < g->cells; f++)
        sum_add(&total, production_at(g, f, J[f], p, log_pi));
    return sum_value(total);
}

bool line_current_measure(const struct line_generator *g, const double *p,
                          struct line_current *out, struct error *err) {
    const size_t n = g->cells;
    double *J = array_create(n + 1, sizeof *J, err);
    if (J == NULL) return false;
    line_generator_flux(g, p, J);
    *out = (struct line_current){.scale = line_generator_flux_scale(g, p),
                                 .entropy_production = production(g, J, p, NULL)};
    for (size_t f = 0; f <= n; f++)
        out->largest = fmax(out->largest, fabs(J[f]));
    free(J);
    return true;
}

bool line_current_adiabatic(const struct line_generator *g, const double *p,
                            const double *log_pi, double *out, struct error *err) {
    double *J = array_create(g->cells + 1, sizeof *J, err);
    if (J == NULL) return false;
    line_generator_flux(g, p, J);
    *out = production(g, J, p, log_pi);
    free(J);
    return true;
}
