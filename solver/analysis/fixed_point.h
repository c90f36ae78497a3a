/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fixed point m = P m of a linear operator that keeps the sum of m, by Krylov's method. With
 * r = P m - m, of sum 0, on whose space 1 - P is regular,
 *     (1 - P) d = r,   m + d = P (m + d):
 * d is that of the Krylov space of r whose residual is smallest (GMRES; Saad & Schultz 1986),
 * and the space's Ritz value of largest modulus is the leading multiplier, the eigenvalue of P
 * on vectors of sum 0 that decays most slowly. */
#pragma once

#include "solver/linalg/arnoldi.h"

struct fixed_point {
    double multiplier[2];    /* real and imaginary part */
    double multiplier_error; /* Ritz residual */
    double residual;         /* |P m - m|_1 at the end */
    double error;            /* residual / (1 - |multiplier|), L1 */
    int applications;        /* of P, so far */
};

/* From m[n], of any sum but 0, to the fixed point of the same sum, up to `tolerance` in L1 as
 * `error` says; *out is added to. Fails with the operator's error, as LAPACK does and without
 * memory; where the tolerance is out of reach it returns what was reached. */
MUST_CHECK bool fixed_point_find(size_t n, arnoldi_operator P, void *context,
                                 double tolerance, double *m, struct fixed_point *out,
                                 struct error *err);
