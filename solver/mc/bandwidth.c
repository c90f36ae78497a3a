/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fixed point of Botev, Grotowski, Kroese (2010), equation (30). */
#include "solver/mc/bandwidth.h"
#include <math.h>

enum { LEVELS = 7 };

struct spectrum {
    size_t modes;
    const double *k2, *power;
    double N;
};

/* |f^(s)|^2 smoothed by t; terms beyond exp(-700) are 0. */
static double roughness(const struct spectrum *f, int s, double t) {
    double sum = 0;
    for (size_t j = 0; j < f->modes && f->k2[j] * t < 700; j++) {
        double power = f->power[j];
        for (int m = 0; m < s; m++)
            power *= f->k2[j];
        sum += power * exp(-f->k2[j] * t);
    }
    return 2 * sum;
}

/* 1 3 5 ... (2 s - 1) / sqrt(2 pi) */
static double normal_derivative(int s) {
    double product = 1;
    for (int m = 3; m < 2 * s; m += 2)
        product *= m;
    return product / sqrt(2 * M_PI);
}

/* t - (2 N sqrt(pi) |f''|^2)^(-2/5), |f''| by the chain from level LEVELS down to 2. */
static double excess(const struct spectrum *f, double t) {
    double norm = roughness(f, LEVELS, t);
    for (int s = LEVELS - 1; s >= 2; s--) {
        const double constant = (1 + pow(0.5, s + 0.5)) / 3;
        const double time =
            pow(2 * constant * normal_derivative(s) / (f->N * norm), 2.0 / (3 + 2 * s));
        norm = roughness(f, s, time);
    }
    return t - pow(2 * f->N * sqrt(M_PI) * norm, -0.4);
}

double bandwidth_sheather_jones(size_t modes, const double *k2, const double *power,
                                double N) {
    const struct spectrum f = {modes, k2, power, N};
    double low = 1e-11, high = low;
    while (high < 0.2 && !(excess(&f, high) > 0))
        low = high, high *= 2;
    if (!(high < 0.2) || high == low) return (double)NAN;
    for (int i = 0; i < 40; i++) {
        const double middle = sqrt(low * high);
        if (excess(&f, middle) > 0)
            high = middle;
        else
            low = middle;
    }
    return sqrt(low * high);
}
