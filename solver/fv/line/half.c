/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/half.h"
#include <math.h>

enum { G = GAUSS_POINTS, FACE = HALF_POINTS - 1 };

/* The harmonic mean of D and the mean of b weighted by 1/D, over the Gauss points (the ends
 * have no weight):
 *     D = 1 / Sum_j (w_j / D_j),   b = D Sum_j w_j b_j / D_j.
 * Taken by ratios to the smallest D, so that 0/0 cannot occur; where D_j = 0 at some
 * points, b is the mean over these. */
static void harmonic_means(const struct gauss *gauss, const double *b, const double *D,
                           struct half *half) {
    double least = D[1], weights = 0, drift = 0;
    for (int k = 1; k <= G; k++)
        least = fmin(least, D[k]);
    for (int k = 1; k <= G; k++) {
        const double r = gauss->w[k - 1] * (D[k] == least ? 1 : least / D[k]);
        weights += r, drift += r * b[k];
    }
    half->D = least / weights;
    half->b = drift / weights;
}

static bool no_noise(const double *b, const double *D, double length) {
    for (int k = 0; k < HALF_POINTS; k++)
        if (D[k] == 0 || !(fabs(b[k]) / D[k] * length < 1e290)) return true;
    return false;
}

/* The polynomial through b/D overshoots where D falls to next to nothing at one end; where
 * b/D has one sign its integral from the centre lies between 0 and the whole one. */
static void bound_by_ends(const double *slope, double *y) {
    for (int k = 1; k < G; k++)
        if (slope[k] * slope[0] < 0) return;
    const double lo = fmin(0, y[FACE]), hi = fmax(0, y[FACE]);
    for (int k = 1; k < FACE; k++)
        y[k] = fmin(fmax(y[k], lo), hi);
}

/* y[k] = ln p_st - ln p_st(c) from D and the integral of b/D. */
static void log_stationary(const struct gauss *gauss, double alpha, double signed_length,
                           const double *b, const double *D, double *y) {
    double slope[G];
    for (int k = 0; k < G; k++)
        slope[k] = b[k + 1] / D[k + 1] * signed_length;
    y[0] = y[FACE] = 0;
    for (int k = 0; k < G; k++) {
        y[k + 1] = 0;
        for (int j = 0; j < G; j++)
            y[k + 1] += gauss->running[k][j] * slope[j];
        y[FACE] += gauss->w[k] * slope[k];
    }
    bound_by_ends(slope, y);
    if (alpha < 1)
        for (int k = 1; k < HALF_POINTS; k++)
            y[k] += (alpha - 1) * log(D[k] / D[0]);
}

/* ln of the mean of e^y over the half cell, from y at its points.
 *   y smooth  Gauss: an error of about 1e-8 where y changes by 6;
 *   y steep   exact for straight lines between the points: positive, and right in the
 *             upwind limit, where the mean comes from one end only. */
static double log_mean_exp(const struct gauss *gauss, const double *y) {
    double most = y[0], least = y[0], sum = 0;
    for (int k = 1; k < HALF_POINTS; k++)
        most = fmax(most, y[k]), least = fmin(least, y[k]);
    if (most - least <= 6) {
        for (int k = 0; k < G; k++)
            sum += gauss->w[k] * exp(y[k + 1] - most);
        return most + log(sum);
    }
    for (int k = 0; k < FACE; k++) {
        const double x0 = k == 0 ? 0 : gauss->x[k - 1], x1 = k == G ? 1 : gauss->x[k];
        const double rise = fabs(y[k + 1] - y[k]), top = fmax(y[k], y[k + 1]);
        sum += (x1 - x0) * exp(top - most) * (rise == 0 ? 1 : -expm1(-rise) / rise);
    }
    return most + log(sum);
}

/* ln D at the points: one logarithm where D is constant. */
static void log_diffusion(const double *D, double *log_D) {
    for (int k = 0; k < HALF_POINTS; k++)
        log_D[k] = k > 0 && D[k] == D[k - 1] ? log_D[k - 1] : log(D[k]);
}

struct half half_measure(const struct gauss *gauss, double alpha, double length,
                         int outwards, const double *b, const double *D,
                         const double *phi) {
    struct half half = {.length = length};
    double y[HALF_POINTS], log_D[HALF_POINTS], resistance[HALF_POINTS];
    harmonic_means(gauss, b, D, &half);
    half.noiseless = no_noise(b, D, length);
    if (half.noiseless) return half.D = 0, half;
    if (phi)
        for (int k = 0; k < HALF_POINTS; k++)
            y[k] = phi[0] - phi[k];
    else
        log_stationary(gauss, alpha, outwards * length, b, D, y);
    log_diffusion(D, log_D);
    for (int k = 0; k < HALF_POINTS; k++)
        resistance[k] = -y[k] - log_D[k];
    half.rise = y[FACE];
    half.log_D_face = log_D[FACE];
    half.log_mean = log_mean_exp(gauss, y);
    half.log_resistance = log(length) + log_mean_exp(gauss, resistance);
    return half;
}
