/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The classical Runge-Kutta method for dm/dt = A(t) m, the reference of methods for generators
 * that depend on the time. */
#pragma once

#include <math.h>
#include <stddef.h>

/* dm[n] = A(t) m[n] */
typedef void runge_kutta_rate(void *self, double t, const double *m, double *dm);

/* m[n] from t to t + h; work[5 n]. Rates at the ends of the step are taken from inside, as a jump
 * may lie on them. */
static inline void runge_kutta_step(size_t n, double t, double h, runge_kutta_rate *rate,
                                    void *self, double *m, double *work) {
    const double c[] = {0, 0.5, 0.5, 1};
    double *y = work, *k[4] = {y + n, y + 2 * n, y + 3 * n, y + 4 * n};
    for (int j = 0; j < 4; j++) {
        for (size_t i = 0; i < n; i++)
            y[i] = m[i] + (j > 0 ? h * c[j] * k[j - 1][i] : 0);
        rate(self, t + h * fmin(fmax(c[j], 1e-9), 1 - 1e-9), y, k[j]);
    }
    for (size_t i = 0; i < n; i++)
        m[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
}
