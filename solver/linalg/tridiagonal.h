/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rates between neighbouring cells, and (1 - h A) x = b for them. A is the matrix of a
 * chain that exchanges mass between neighbours only, (A m)_i = up_{i-1} m_{i-1} +
 * down_{i+1} m_{i+1} - (up_i + down_i + loss_i) m_i, with all rates >= 0. It is kept as
 * rates, not as a diagonal, and eliminated without a single subtraction: the pivot of cell
 * i is e_i + up_i, where e_i, what leaves the cells 0..i other than upwards, obeys e_{i+1}
 * = 1 + h loss + h down e_i / pivot_i (Grassmann, Taksar & Heyman, Oper. Res. 33, 1985;
 * Alfa, Xue & Ye, Math. Comp. 71, 2002, for the accuracy: every entry of x is right to some
 * n ulp, whatever h). A plain Thomas algorithm loses mass eps h |A|, which is 1e-5 on a
 * fine mesh at late times. */
#pragma once

#include "io/status.h"

/* A, units 1/time. Cyclic: up[n - 1] leads to cell 0 and down[0] to cell n - 1; otherwise
 * both are 0. */
struct tridiagonal {
    size_t n;
    bool cyclic;
    double *up, *down,
        *loss; /* [n] rates out of each cell: to i + 1, to i - 1, to nowhere */
};

/* All rates 0; the caller fills them in. */
MUST_CHECK struct tridiagonal *tridiagonal_create(size_t n, bool cyclic, struct error *err);
void tridiagonal_destroy(struct tridiagonal *A);

/* out = A m (may not alias). Each face is used once, with opposite signs. */
void tridiagonal_apply(const struct tridiagonal *A, const double *m, double *out);

/* Factors of 1 - h A. */
struct tridiagonal_factors;
/* Work space for A (borrowed until destroyed); not factored yet. */
MUST_CHECK struct tridiagonal_factors *
tridiagonal_factors_create(const struct tridiagonal *A, struct error *err);
void tridiagonal_factors_destroy(struct tridiagonal_factors *factors);
/* Factors 1 - h A, h >= 0. */
void tridiagonal_factor(struct tridiagonal_factors *factors, double h);
/* x = (1 - h A)^-1 b; x may be b. b >= 0 gives x >= 0; without loss sum(x) = sum(b). */
void tridiagonal_solve(const struct tridiagonal_factors *factors, const double *b,
                       double *x);
