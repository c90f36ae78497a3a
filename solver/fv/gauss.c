/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/gauss.h"

/* Positive half of the points on [-1, 1] (Abramowitz & Stegun, table 25.4). */
static const double point[GAUSS_POINTS / 2] = {0.18343464249564980, 0.52553240991632899,
                                               0.79666647741362674, 0.96028985649753623};
static const double weight[GAUSS_POINTS / 2] = {0.36268378337836198, 0.31370664587788729,
                                                0.22238103445337447, 0.10122853629037626};

/* Lagrange's polynomial of point j at x. */
static double basis(const struct gauss *g, int j, double x) {
    double product = 1;
    for (int i = 0; i < GAUSS_POINTS; i++)
        if (i != j) product *= (x - g->x[i]) / (g->x[j] - g->x[i]);
    return product;
}

void gauss_init(struct gauss *g) {
    const int half = GAUSS_POINTS / 2;
    for (int k = 0; k < half; k++) {
        g->x[half + k] = 0.5 + 0.5 * point[k];
        g->x[half - 1 - k] = 0.5 - 0.5 * point[k];
        g->w[half + k] = g->w[half - 1 - k] = 0.5 * weight[k];
    }
    for (int k = 0; k < GAUSS_POINTS; k++)
        for (int j = 0; j < GAUSS_POINTS; j++) {
            double sum = 0;
            for (int i = 0; i < GAUSS_POINTS; i++)
                sum += g->w[i] * basis(g, j, g->x[k] * g->x[i]);
            g->running[k][j] = g->x[k] * sum;
        }
}
