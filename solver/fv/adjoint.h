/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Functions of the starting point, from the adjoint of a generator on masses (any
 * dimension): (A^T f)_i = sum over j of rate(i -> j) (f_j - f_i) - (rate out) f_i. */
#pragma once

#include "solver/fv/generator1.h"
#include "solver/linalg/sparse.h"

/* Mean time until a walker that starts in cell i is in the target, or has left through an
 * absorbing wall: A^T tau = -1 outside, tau = 0 inside. inf where neither can be reached.
 * tau[cells]; target may be all false when walls absorb. */
MUST_CHECK bool adjoint_passage_time(const struct sparse *A, const bool *target,
                                     double *tau, struct error *err);
/* Chance of reaching `to` before `from` (and before leaving): A^T q = 0 outside both, q = 1
 * in `to`, 0 in `from`. */
MUST_CHECK bool adjoint_committor(const struct sparse *A, const bool *from, const bool *to,
                                  double *q, struct error *err);

/* The 1-D generator as a matrix on masses. */
MUST_CHECK struct sparse *generator1_matrix(const struct generator1 *, struct error *err);
