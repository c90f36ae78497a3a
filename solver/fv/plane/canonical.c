/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/canonical.h"
#include <math.h>

static bool check_definite(size_t n, const double *const x[2], double *D,
                           struct error *err) {
    for (size_t k = 0; k < n; k++) {
        const double a = D[k], b = D[n + k], d = D[2 * n + k];
        if (!isfinite(a) || !isfinite(b) || !isfinite(d))
            return fail(err, ERROR_RUN, "the diffusion is not finite at (%g, %g)", x[0][k],
                        x[1][k]),
                   fail_about(err, OF_DIFFUSION);
        const double half = 0.5 * hypot(a - d, 2 * b), mean = 0.5 * (a + d);
        /* Covariances of few examples are singular up to rounding: that much is let
         * pass. */
        if (mean - half < -1e-12 * (fabs(mean) + half))
            return fail(err, ERROR_SETTINGS,
                        "the diffusion tensor is indefinite at (%g, %g): [[%g, %g], [%g, "
                        "%g]] has the eigenvalues %g and %g; both must be >= 0",
                        x[0][k], x[1][k], a, b, b, d, mean - half, mean + half),
                   fail_about(err, OF_DIFFUSION);
        D[k] = fmax(a, 0), D[2 * n + k] = fmax(d, 0);
    }
    return true;
}

/* The symmetric root s and its derivative,
 *     s s = 2 D,   s ds + ds s = 2 dD,
 *     s = (2D + q I) / tau,   q = sqrt(det 2D),   tau = tr s       (2x2).
 * Where D is 0 the derivative is taken as 0. Returns ((s ds_x)_i0 + (s ds_y)_i1) / 2. */
static void stratonovich_drift(const double D[3], const double dD[6], double out[2]) {
    const double a = 2 * D[0], b = 2 * D[1], d = 2 * D[2];
    const double q = sqrt(fmax(0, a * d - b * b)), tau = sqrt(a + d + 2 * q);
    out[0] = out[1] = 0;
    if (!(tau > 0)) return;
    const double s[3] = {(a + q) / tau, b / tau, (d + q) / tau};
    for (int j = 0; j < 2; j++) {
        const double da = 2 * dD[3 * j], db = 2 * dD[3 * j + 1], dd = 2 * dD[3 * j + 2];
        const double dq = q > 0 ? (da * d + a * dd - 2 * b * db) / (2 * q) : 0;
        const double dtau = (da + dd + 2 * dq) / (2 * tau);
        const double ds[3] = {(da + dq - s[0] * dtau) / tau, (db - s[1] * dtau) / tau,
                              (dd + dq - s[2] * dtau) / tau};
        const double column[2] = {ds[j], ds[j + 1]}; /* d_j s_kj, k = 0, 1 */
        out[0] += 0.5 * (s[0] * column[0] + s[1] * column[1]);
        out[1] += 0.5 * (s[1] * column[0] + s[2] * column[1]);
    }
}

/* Subtracts the noise-induced part from c at point k. */
static bool subtract_induced(const struct coefficients *m, size_t n, size_t k,
                             const double *const x[2], const double *D, const double *dD,
                             double *c, struct error *err) {
    const double at[3] = {D[k], D[n + k], D[2 * n + k]};
    double slope[6], induced[2];
    for (int q = 0; q < 6; q++)
        slope[q] = dD[(size_t)q * n + k];
    const bool diagonal = at[1] == 0 && slope[1] == 0 && slope[4] == 0;
    if (m->alpha == 0) {
        induced[0] = slope[0] + slope[4], induced[1] = slope[1] + slope[5];
    } else if (diagonal) {
        induced[0] = (1 - m->alpha) * slope[0], induced[1] = (1 - m->alpha) * slope[5];
    } else if (m->alpha == 0.5) {
        stratonovich_drift(at, slope, induced);
    } else {
        return fail(err, ERROR_SETTINGS,
                    "the interpretation alpha = %g needs a constant or diagonal diffusion "
                    "in two dimensions (D_xy = %g at (%g, %g)); use ito, stratonovich or "
                    "klimontovich",
                    m->alpha, at[1], x[0][k], x[1][k]);
    }
    c[k] -= induced[0], c[n + k] -= induced[1];
    return true;
}

bool plane_canonical_evaluate(const struct coefficients *m, size_t n,
                              const double *const x[2], double *c, double *D,
                              double *scratch, struct error *err) {
    if (!m->drift(m->self, n, x, c, err)) return false;
    if (!m->diffusion(m->self, n, x, D, err)) return false;
    for (size_t k = 0; k < 2 * n; k++)
        if (!isfinite(c[k]))
            return fail(err, ERROR_RUN, "the drift is not finite at (%g, %g)", x[0][k % n],
                        x[1][k % n]),
                   fail_about(err, OF_DRIFT);
    if (!check_definite(n, x, D, err)) return false;
    if (m->alpha == 1 || m->constant_diffusion || m->zero_diffusion) return true;
    if (!m->diffusion_gradient(m->self, n, x, scratch, err)) return false;
    for (size_t k = 0; k < n; k++)
        if (!subtract_induced(m, n, k, x, D, scratch, c, err)) return false;
    return true;
}
