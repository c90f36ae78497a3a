/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chain of rates between neighbouring cells, and the solution of (1 - h A) x = b,
 *     (A m)_i = up_{i-1} m_{i-1} + down_{i+1} m_{i+1} - (up_i + down_i + loss_i) m_i,
 * with all rates >= 0. The rates are kept, not the diagonal, and eliminated without a
 * single subtraction,
 *     pivot_i = e_i + h up_i,
 *     e_{i+1} = 1 + h loss_{i+1} + h down_{i+1} e_i / pivot_i,   e_0 = 1 + h loss_0,
 * where e_i / pivot_i is the part of what comes to cell i that is kept or lost in the cells
 * 0 .. i (Grassmann, Taksar & Heyman, Oper. Res. 33, 1985). Every entry of x is right to
 * some n ulp, whatever h (Alfa, Xue & Ye, Math. Comp. 71, 2002). A plain Thomas algorithm
 * loses the mass eps h |A|, which is 1e-5 on a fine mesh at late times.
 *
 * Mass may also return: at the rates reset_i, which are part of loss_i, to the masses to[n] of
 * sum 1. With B what is above and A = B + to reset^T (Sherman & Morrison 1950),
 *     x = y + u h reset.y / (1 - h reset.u),   y = (1 - h B)^-1 b,   u = (1 - h B)^-1 to,
 *     1 - h reset.u = Sum u_i (1 + h lost_i),  lost = loss - reset,
 * again without a subtraction. */
#pragma once

#include "io/status.h"

/* A, units 1/time. Cyclic: up[n - 1] leads to cell 0 and down[0] to cell n - 1; otherwise
 * both are 0. */
struct tridiagonal {
    size_t n;
    bool cyclic;
    double *up, *down, *loss;  /* [n] rates out of cell i: to i + 1, to i - 1, killing */
    double *reset, *lost, *to; /* [n] see above; NULL: nothing returns */
};

/* All rates 0; the caller fills them in. */
MUST_CHECK struct tridiagonal *tridiagonal_create(size_t n, bool cyclic, struct error *err);
void tridiagonal_destroy(struct tridiagonal *A);
/* Lets mass return from now on, loss being what it is without; before any factors are made of
 * it. */
MUST_CHECK bool tridiagonal_return(struct tridiagonal *A, const double *reset,
                                   const double *to, struct error *err);

/* Rates of one chain into another of the same kind. */
void tridiagonal_copy(const struct tridiagonal *from, struct tridiagonal *to);
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
/* x = (1 - h A)^-1 b; x may be b. b >= 0 gives x >= 0; without loss (or where all that is
 * lost returns) sum(x) = sum(b). */
void tridiagonal_solve(const struct tridiagonal_factors *factors, const double *b,
                       double *x);
