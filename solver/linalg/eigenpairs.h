/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ritz pairs: the eigenpairs of Arnoldi's small matrix,
 *     H_m y = theta y.
 * theta approximates an eigenvalue of the operator, Sum_k y_k v_k its eigenvector; the
 * residual is |h_{m+1,m} y_m|. */
#pragma once

#include "solver/linalg/arnoldi.h"

struct eigenpairs {
    int most, m;
    double *re, *im;  /* [m] theta, largest modulus first; of a complex pair im > 0 first */
    double *residual; /* [m] absolute, for |y| = 1 */
    double *y_re, *y_im; /* [m][m] row k: y of pair k */
    double *work;
};

/* Room for matrices up to most x most. */
MUST_CHECK struct eigenpairs *eigenpairs_create(int most, struct error *err);
void eigenpairs_destroy(struct eigenpairs *pairs);
/* The m pairs of the basis as it stands. symmetric: the operator is, and H up to rounding;
 * all pairs are then real. Fails (ERROR_RUN) when LAPACK does. */
MUST_CHECK bool eigenpairs_find(struct eigenpairs *, const struct arnoldi *, bool symmetric,
                                struct error *err);
