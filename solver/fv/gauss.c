/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/gauss.h"
#include "grids/quadrature.h"

/* Lagrange's polynomial of point j at x. */
static double basis(const struct gauss *g, int j, double x) {
    double product = 1;
    for (int i = 0; i < GAUSS_POINTS; i++)
        if (i != j) product *= (x - g->x[i]) / (g->x[j] - g->x[i]);
    return product;
}

void gauss_init(struct gauss *g) {
    for (int k = 0; k < GAUSS_POINTS; k++)
        g->x[k] = 0.5 + legendre8_x[k], g->w[k] = legendre8_w[k];
    for (int k = 0; k < GAUSS_POINTS; k++)
        for (int j = 0; j < GAUSS_POINTS; j++) {
            double sum = 0;
            for (int i = 0; i < GAUSS_POINTS; i++)
                sum += g->w[i] * basis(g, j, g->x[k] * g->x[i]);
            g->running[k][j] = g->x[k] * sum;
        }
}
