/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests of modes share. */
#pragma once

#include "grids/grid.h"
#include <complex.h>

static inline double complex complex_of(double re, double im) {
    return re + im * (double complex)I;
}

/* Sum V l_k r_j, of a pair the complex product without conjugation. */
static inline double product(const struct grid *g, const double *l, const double *r) {
    double sum = 0;
    for (size_t i = 0; i < g->cells; i++)
        sum += g->volume[i] * l[i] * r[i];
    return sum;
}
