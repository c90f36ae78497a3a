/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/symmetric.h"
#include "io/clones.h"
#include <string.h>

enum { LANES = FREQUENCIES };

/* E = keep E + take x below */
BLOCK_LOOP
static void symmetric_mix(double keep, double take, const double (*x)[LANES],
                          const double (*below)[LANES], double (*E)[LANES]) {
    for (size_t q = 0; q < LANES; q++) {
        const double re = x[0][q] * below[0][q] - x[1][q] * below[1][q];
        const double im = x[0][q] * below[1][q] + x[1][q] * below[0][q];
        E[0][q] = keep * E[0][q] + take * re;
        E[1][q] = keep * E[1][q] + take * im;
    }
}

void symmetric_block(size_t n, size_t B,
                     void (*put)(const void *context, size_t j, double (*x)[FREQUENCIES]),
                     const void *context, double (*E)[2][FREQUENCIES], double *phi) {
    double x[2][LANES];
    memset(E, 0, (B + 1) * sizeof *E);
    for (size_t q = 0; q < LANES; q++)
        E[0][0][q] = 1;
    for (size_t j = 1; j <= n; j++) {
        const size_t most = j < B ? j : B, left = n - j, least = B > left ? B - left : 1;
        put(context, j - 1, x);
        for (size_t b = most; b >= least && b >= 1; b--)
            symmetric_mix((double)(j - b) / (double)j, (double)b / (double)j,
                          (const double(*)[LANES])x, (const double(*)[LANES])E[b - 1],
                          E[b]);
    }
    for (size_t q = 0; q < LANES; q++) {
        phi[2 * q] = E[B][0][q];
        phi[2 * q + 1] = E[B][1][q];
    }
}
