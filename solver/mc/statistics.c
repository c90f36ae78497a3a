/* SPDX-License-Identifier: GPL-3.0-or-later
 * Normal, chi-square and Kolmogorov-Smirnov tails; Holm's correction. */
#include "solver/mc/statistics.h"
#include <float.h>
#include <math.h>

double normal_tail(double z) {
    return 0.5 * erfc(z / sqrt(2));
}

/* Starts from Abramowitz and Stegun 26.2.23 (error 5e-4) and takes Halley's steps on the
 * smaller tail, whose relative accuracy erfc keeps. */
double normal_quantile(double p) {
    const double tail = p < 0.5 ? p : 1 - p;
    const double t = sqrt(-2 * log(tail));
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int i = 0; i < 3; i++) {
        const double density = exp(-0.5 * z * z) / sqrt(2 * M_PI);
        const double step = (normal_tail(z) - tail) / density;
        z += step / (1 - 0.5 * z * step);
    }
    return p < 0.5 ? -z : z;
}

/* x^a e^-x / Gamma(a) */
static double gamma_factor(double a, double x) {
    return exp(a * log(x) - x - lgamma(a));
}

/* P(a, x) = factor sum x^n / (a (a + 1) ... (a + n)). */
static double gamma_series(double a, double x) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < 100000 && term > sum * DBL_EPSILON; n++)
        sum += term *= x / (a + n);
    return gamma_factor(a, x) * sum;
}

/* Q(a, x) = factor / (x + 1 - a - 1 (1 - a)/(x + 3 - a - 2 (2 - a)/(x + 5 - a - ...))). */
static double gamma_fraction(double a, double x) {
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, value = d;
    for (int n = 1; n < 100000; n++) {
        const double an = -n * (n - a);
        b += 2;
        d = an * d + b;
        c = b + an / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        if (fabs(c) < tiny) c = tiny;
        value *= c * d;
        if (fabs(c * d - 1) < DBL_EPSILON) break;
    }
    return gamma_factor(a, x) * value;
}

double gamma_tail(double a, double x) {
    if (!(x > 0)) return x != x ? x : 1;
    return x < a + 1 ? 1 - gamma_series(a, x) : gamma_fraction(a, x);
}

double chi2_tail(double chi2, double k) {
    return gamma_tail(0.5 * k, 0.5 * chi2);
}

double ks_tail(double d, double n) {
    const double root = sqrt(n), l = (root + 0.12 + 0.11 / root) * d;
    if (l < 0.2) return 1; /* 1 - Q < 1e-12, and the series converges slowly */
    double sum = 0;
    for (int j = 1; j <= 100; j++) {
        const double term = exp(-2.0 * j * j * l * l);
        sum += j % 2 == 1 ? term : -term;
        if (term < 1e-17) break;
    }
    return fmin(fmax(2 * sum, 0), 1);
}

/* Rank of p[i], ties by index. */
static size_t rank_of(size_t n, const double *p, size_t i) {
    size_t rank = 0;
    for (size_t j = 0; j < n; j++)
        rank += p[j] < p[i] || (p[j] == p[i] && j < i);
    return rank;
}

/* adjusted_i = max over p_j <= p_i of min(1, (n - rank_j) p_j). Quadratic: n is a number of
 * snapshots. */
void holm_adjust(size_t n, const double *p, double *adjusted) {
    double weighted;
    for (size_t i = 0; i < n; i++)
        adjusted[i] = 0;
    for (size_t j = 0; j < n; j++) {
        weighted = fmin(1, (double)(n - rank_of(n, p, j)) * p[j]);
        for (size_t i = 0; i < n; i++)
            if (p[i] >= p[j] && weighted > adjusted[i]) adjusted[i] = weighted;
    }
}
