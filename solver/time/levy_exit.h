/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exit of dx = b dt + sigma dL^alpha from an interval: jumps across an open end leave for
 * good (the restricted fractional Laplacian), jumps across a held end stop there. On a
 * lattice of nodes the chain jumps with the rates of jumps.h; the drift is a Scharfetter-
 * Gummel flux with the diffusion sigma^alpha w_1 h^2 that the nearest jumps amount to, so
 * that every rate is >= 0, and alpha = 2 is the Fokker-Planck chain:
 *     A^T tau = -1,    A nu = -rate nu.
 * The first node stands where the lattice feels the wall (jumps_wall_offset). Error, with a
 * smooth drift: O(h^2) for alpha = 2, measured 1e-5 relative at 400 nodes without drift for
 * any alpha; upwinding makes it O(h) where |b| h^(alpha-1) > sigma^alpha. Dense LU: n^3. */
#pragma once

#include "solver/model/coefficients.h"

struct levy_interval {
    double alpha, sigma; /* in (0, 2]; > 0: E e^{ik sigma L_t} = e^{-t |sigma k|^alpha} */
    double lo, hi;
    bool held[2];                     /* lower, upper end; at least one is open */
    size_t nodes;                     /* 8 to 8192 */
    const struct coefficients *drift; /* only its drift is used; NULL: none */
    const struct monitor *monitor;    /* may be NULL */
};

struct levy_exit {
    size_t nodes;
    double *x;     /* [nodes] */
    double *tau;   /* [nodes] mean exit time */
    double *upper; /* [nodes] probability to leave across hi */
    double *quasi; /* [nodes] quasi-stationary density nu, mass 1 */
    double rate;   /* exit rate from nu */
};

/* Fails on bad numbers (ERROR_SETTINGS), a drift that is not finite (ERROR_RUN), memory. */
MUST_CHECK bool levy_exit_compute(const struct levy_interval *interval,
                                  struct levy_exit *out, struct error *err);
void levy_exit_finish(struct levy_exit *exit);
/* tau at x by cubic interpolation; outside the nodes its end values. */
double levy_exit_time_at(const struct levy_exit *exit, double x);
