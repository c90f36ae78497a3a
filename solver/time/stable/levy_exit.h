/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exit of dx = b dt + sigma dL^alpha from an interval (docs/numerics.md 8.2): jumps across
 * an open end leave for good (the restricted fractional Laplacian), jumps across a held end
 * stop there. With A the chain of rates on a lattice of nodes,
 *     A^T tau = -1,    A nu = -rate nu.
 *   jumps  at the rates sigma^alpha w_m of jumps.h
 *   drift  a Scharfetter-Gummel flux with the diffusion sigma^alpha w_1 h^2 of the nearest
 *          jumps, so that every rate is >= 0; the Fokker-Planck chain for alpha = 2.
 * The first node stands where the lattice has its wall (jumps_wall_offset). Error with a
 * smooth drift: O(h^2) for alpha = 2; measured 1e-5 relative at 400 nodes without drift for
 * any alpha. Upwinding makes it O(h) where |b| h^(alpha-1) > sigma^alpha. Dense LU: n^3. */
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

/* Fills *out, to be freed by levy_exit_finish, also on failure. Fails on bad numbers
 * (ERROR_SETTINGS), on a drift that is not finite (ERROR_RUN), or without memory. */
MUST_CHECK bool levy_exit_compute(const struct levy_interval *interval,
                                  struct levy_exit *out, struct error *err);
void levy_exit_finish(struct levy_exit *exit);
/* tau at x by cubic interpolation; outside the nodes its end values. */
double levy_exit_time_at(const struct levy_exit *exit, double x);
