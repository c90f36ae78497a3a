/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The exact step of dv = -gamma v dt + sqrt(2 gamma theta) dB on a line of equal cells
 * symmetric about 0, as a banded matrix with entries >= 0 and columns that sum to 1:
 *     K_jk ~ exp(-(v_j - c v_k)^2 / (2 s^2)),  c = e^{-gamma h},  s^2 = theta (1 - c^2),
 * whose sums over cells are accurate to all orders while s >= 1.2 cells; for smaller s the
 * exponential of the Scharfetter-Gummel chain with the stationary law e^{-v^2 / 2 theta},
 * by a series of non-negative terms: second order in the cells. */
#pragma once

#include "io/status.h"

struct friction {
    size_t n;
    double *K;           /* [n][n], row j: to v_j */
    size_t *first, *end; /* [n] the columns of row j that are not negligible */
};

MUST_CHECK struct friction *friction_create(size_t n, struct error *err);
void friction_destroy(struct friction *friction);
/* Do cells of width dv resolve the kernel of a step h? */
bool friction_resolved(double dv, double gamma, double theta, double h);
/* kernel: by the kernel; else by the chain. */
MUST_CHECK bool friction_set(struct friction *friction, double dv, double gamma,
                             double theta, double h, bool kernel, struct error *err);
/* out[n][columns] = K p[n][columns]; not in place. */
void friction_apply(const struct friction *friction, size_t columns, const double *p,
                    double *out);
