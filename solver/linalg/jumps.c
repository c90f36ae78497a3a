/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/jumps.h"
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

enum { TERMS = 24 };

double zeta(double s) {
    /* d_k = n Sum_{i <= k} (n+i-1)! 4^i / ((n-i)! (2i)!), built from the ratio of terms. */
    double d[TERMS + 1], term = 1, total = 0;
    for (int i = 0; i <= TERMS; i++) {
        if (i > 0)
            term *= 4.0 * (TERMS + i - 1) * (TERMS - i + 1) / ((2.0 * i - 1) * (2.0 * i));
        total += term;
        d[i] = total;
    }
    double sum = 0;
    for (int k = TERMS - 1; k >= 0; k--)
        sum += (k % 2 ? -1 : 1) * (d[k] - d[TERMS]) * pow(k + 1, -s);
    return -sum / (d[TERMS] * -expm1((1 - s) * log(2)));
}

double jumps_intensity(double alpha) {
    if (alpha == 2) return 0;
    return tgamma(1 + alpha) * sin(0.5 * M_PI * alpha) / M_PI;
}

double jumps_rate(double alpha, double h, size_t m) {
    if (alpha == 2) return m == 1 ? 1 / (h * h) : 0;
    const double scale = jumps_intensity(alpha) * pow(h, -alpha);
    return m == 1 ? scale * (1 - zeta(alpha - 1)) : scale * pow((double)m, -1 - alpha);
}

/* Sum_{m >= first} m^-s by Euler and Maclaurin, s > 1, first >= 10. */
static double tail(double s, double first) {
    const double f = pow(first, -s);
    return f * (first / (s - 1) + 0.5 + s / (12 * first) -
                s * (s + 1) * (s + 2) / (720 * pow(first, 3)) +
                s * (s + 1) * (s + 2) * (s + 3) * (s + 4) / (30240 * pow(first, 5)));
}

double jumps_rate_beyond(double alpha, double h, size_t first) {
    if (alpha == 2) return first == 1 ? 1 / (h * h) : 0;
    const double scale = jumps_intensity(alpha) * pow(h, -alpha);
    double sum = first == 1 ? -zeta(alpha - 1) : 0;
    size_t m = first;
    for (; m < 16; m++)
        sum += pow((double)m, -1 - alpha);
    return scale * (sum + tail(1 + alpha, (double)m));
}

/* Exit time from the middle of n - 1 nodes at distance 1, killed outside. */
static double middle_time(double alpha, int n) {
    const int order = n - 1;
    double *A = malloc((size_t)order * (size_t)order * sizeof *A);
    double *tau = malloc((size_t)order * sizeof *tau), middle = NAN;
    if (A != NULL && tau != NULL) {
        for (int j = 0; j < order; j++) {
            for (int i = 0; i < order; i++)
                A[i + j * order] = i == j ? 2 * jumps_rate_beyond(alpha, 1, 1)
                                          : -jumps_rate(alpha, 1, (size_t)abs(i - j));
            tau[j] = 1;
        }
        if (LAPACKE_dposv(LAPACK_COL_MAJOR, 'U', order, 1, A, order, tau, order) == 0)
            middle = tau[n / 2 - 1];
    }
    free(tau), free(A);
    return middle;
}

double jumps_wall_offset(double alpha) {
    if (alpha == 2) return 0;
    double offset[2];
    for (int k = 0; k < 2; k++) { /* half width of the interval it looks like */
        const int n = 64 << k;
        offset[k] = 0.5 * n - pow(middle_time(alpha, n) * tgamma(1 + alpha), 1 / alpha);
    }
    return 2 * offset[1] - offset[0];
}
