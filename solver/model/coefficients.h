/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the finite volumes need to know of a model: the coefficients of
 *     dp/dt = -div J,   J_i = b_i p - (interpretation's form of the diffusion with tensor
 * D) alpha = 0   Ito            J_i = b_i p - d_j(D_ij p) alpha = 1/2 Stratonovich   J_i =
 * b_i p - s_ik d_j(s_jk p) / 2,  D = s s^T / 2, s the symmetric root alpha = 1 Klimontovich
 * J_i = b_i p - D_ij d_j p 1-D, any alpha: J = b p - D^alpha d/dx( D^(1-alpha) p ). b is
 * the drift without any noise-induced part (-eta G per step), D = eta^2 C / 2 per step:
 * rates per unit of the run's time. This struct is the only door between model and fv. */
#pragma once

#include "io/status.h"

struct coefficients {
    int dims;
    double alpha;            /* interpretation in [0, 1] */
    bool constant_diffusion; /* D does not depend on x */
    bool zero_diffusion;     /* D = 0 everywhere */
    bool smooth;             /* no jump or kink is known of */
    const void *self;        /* handed to the functions */

    /* Values at n points x[d][n]. Any pointer may not be NULL except potential. Not finite:
     * false, with the expression and the point in *err. Thread-safe. drift: b[d * n + k]
     * diffusion:          1-D D[k]; 2-D D[0..n) = xx, D[n..2n) = xy, D[2n..3n) = yy. Never
     * negative (semi)definite. diffusion_gradient: 1-D dD/dx[k]; 2-D six blocks of n: xx_x,
     * xy_x, yy_x, xx_y, xy_y, yy_y potential:          phi with p_stationary = e^-phi / Z
     * and zero current, where it is known in closed form (constant D and b = -D grad phi,
     * isotropic D in 2-D, ...); NULL when it is not. */
    bool (*drift)(const void *self, size_t n, const double *const *x, double *b,
                  struct error *err);
    bool (*diffusion)(const void *self, size_t n, const double *const *x, double *D,
                      struct error *err);
    bool (*diffusion_gradient)(const void *self, size_t n, const double *const *x,
                               double *dD, struct error *err);
    bool (*potential)(const void *self, size_t n, const double *const *x, double *phi,
                      struct error *err);
};
