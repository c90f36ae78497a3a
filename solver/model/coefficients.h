/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The coefficients of a Fokker-Planck equation, as the model hands them to the solvers:
 *     dp/dt = -div J,   b(x) drift,   D(x) diffusion tensor,   alpha interpretation
 *   alpha = 0    Ito           J_i = b_i p - d_j (D_ij p)
 *   alpha = 1/2  Stratonovich  J_i = b_i p - s_ik d_j (s_jk p) / 2,  D = s s^T / 2,
 *                              s the symmetric root
 *   alpha = 1    Klimontovich  J_i = b_i p - D_ij d_j p
 *   any alpha, 1-D             J   = b p - D^alpha d/dx( D^(1-alpha) p )
 * (docs/theory.md 1.2, 1.3). b holds no noise-induced drift. For SGD, per step,
 * b = -eta G and D = eta^2 C / 2; all values are rates per unit of the run's time.
 * The finite volumes see a model through this struct only. */
#pragma once

#include "io/status.h"

struct grid;

/* Where mass that is reset goes: cell averages of a density of mass 1 on any grid. */
struct reset_density {
    bool (*averages)(const void *self, const struct grid *grid, double *density,
                     struct error *err);
    const void *self;
};

struct coefficients {
    int dims;
    double alpha;            /* interpretation in [0, 1] */
    bool constant_diffusion; /* D does not depend on x */
    bool zero_diffusion;     /* D = 0 everywhere */
    bool smooth;             /* no jump or kink is known of */
    size_t terms;            /* what a value costs: sums over so many examples, 0: none */
    const void *self;        /* handed to the functions */
    /* Values that depend on the time are those of one time: set_time(clock, t) makes it t.
     * NULL: they do not. */
    void (*set_time)(void *clock, double t);
    void *clock;

    /* Values at n points x[d][k], k < n. Thread-safe. A value that is not finite: false,
     * with the expression and the point in *err. Only potential may be NULL.
     *   drift               b[d n + k]
     *   diffusion           1-D: D[k]; 2-D: blocks of n: xx, xy, yy. Positive semidefinite
     *   diffusion_gradient  1-D: dD/dx[k]; 2-D: blocks of n: xx_x, xy_x, yy_x, xx_y, xy_y,
     *                       yy_y
     *   potential           phi[k], where p_st = e^-phi / Z has zero current and is known
     *                       in closed form (constant D and b = -D grad phi, isotropic D in
     *                       2-D, ...); NULL elsewhere */
    bool (*drift)(const void *self, size_t n, const double *const *x, double *b,
                  struct error *err);
    bool (*diffusion)(const void *self, size_t n, const double *const *x, double *D,
                      struct error *err);
    bool (*diffusion_gradient)(const void *self, size_t n, const double *const *x,
                               double *dD, struct error *err);
    bool (*potential)(const void *self, size_t n, const double *const *x, double *phi,
                      struct error *err);
    /* Sinks, NULL where there is none: mass is killed at the rate k(x), and goes over to the
     * density `to` at the rate r(x),
     *     dp/dt = -div J - (k + r) p + to Integral r p.
     * A negative rate is a failure that names the expression and the point. */
    bool (*killing)(const void *self, size_t n, const double *const *x, double *k,
                    struct error *err);
    bool kills; /* its expression is not plainly 0 */
    bool (*reset)(const void *self, size_t n, const double *const *x, double *r,
                  struct error *err);
    const struct reset_density *to;
};
