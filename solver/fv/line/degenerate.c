/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/degenerate.h"
#include <float.h>
#include <math.h>

/* Value of one coefficient at one point. */
static bool value(bool (*f)(const void *, size_t, const double *const *, double *,
                            struct error *),
                  const struct coefficients *c, double x, double *out, struct error *err) {
    const double *const at[1] = {&x};
    return f(c->self, 1, at, out, err);
}

/* Narrows lo < hi with dD(lo) < 0 < dD(hi) down to neighbouring numbers, or to a point with
 * dD = 0. slope: the larger |dD| of the last two ends. */
static bool bisect(const struct coefficients *c, double *lo, double *hi, double *slope,
                   struct error *err) {
    for (int step = 0; step < 1100; step++) { /* enough to reach subnormal numbers */
        const double mid = 0.5 * *lo + 0.5 * *hi;
        if (!(mid > *lo && mid < *hi)) return true;
        double at_mid;
        if (!value(c->diffusion_gradient, c, mid, &at_mid, err)) return false;
        if (at_mid == 0) return *lo = *hi = mid, *slope = 0, true;
        if (at_mid < 0)
            *lo = mid;
        else
            *hi = mid;
        *slope = fabs(at_mid);
    }
    return true;
}

bool degenerate_find(const struct coefficients *c, const double x[2], const double dD[2],
                     const double b[2], bool *found, double *z, double *drift,
                     struct error *err) {
    double lo = x[0], hi = x[1], slope = fmax(fabs(dD[0]), fabs(dD[1])), D[2];
    *found = false;
    if (!bisect(c, &lo, &hi, &slope, err)) return false;
    if (!value(c->diffusion, c, lo, &D[0], err) || !value(c->diffusion, c, hi, &D[1], err))
        return false;
    *z = D[0] <= D[1] ? lo : hi;
    const double rounding = 8 * fmax(hi - lo, DBL_EPSILON * fabs(*z));
    const double curvature = (fabs(dD[0]) + fabs(dD[1])) / (x[1] - x[0]);
    if (fmin(D[0], D[1]) > rounding * fmax(slope, curvature * rounding)) return true;
    *found = true;
    if (!value(c->drift, c, *z, drift, err)) return false;
    if (fabs(*drift) <= rounding * fabs(b[1] - b[0]) / (x[1] - x[0])) *drift = 0;
    return true;
}
