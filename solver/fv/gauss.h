/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gauss-Legendre quadrature with 8 points on [0, 1], exact for polynomials up to degree 15,
 * and the running integral of the polynomial through the 8 points (collocation, exact up to
 * degree 7). The points lie strictly inside: a coefficient that jumps at the end of an
 * interval is only seen from within. */
#pragma once

enum { GAUSS_POINTS = 8 };

struct gauss {
    double x[GAUSS_POINTS], w[GAUSS_POINTS]; /* Integral_0^1 f = Sum_j w[j] f(x[j]) */
    /* Integral_0^x[k] f = Sum_j running[k][j] f(x[j]) */
    double running[GAUSS_POINTS][GAUSS_POINTS];
};

/* Fills the rule: points increasing, weights positive with sum 1. */
void gauss_init(struct gauss *gauss);
