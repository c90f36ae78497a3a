/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work and heat of a loss L(x, t) along the paths of dm/dt = A(t) m. With a = dL/dt and W the
 * work, the integral of a along a path, all in units of `scale`,
 *     p' = A p                   density
 *     q' = A q + a p             E[W; x]
 *     z' = A z - (g / T) z       E[e^(-W/T); x]  (Feynman and Kac)
 *     W1' = Sum a p              mean work
 *     Q'  = Sum L (A p)          heat
 *     W2' = 2 Sum a q            E[W^2]
 * is one system of 3 n + 3 values, stepped by Rodas5P (rosenbrock.h). It is triangular: a solve
 * with 1 - h A serves p and q, one with 1 - h (A - g/T) serves z. A cell's L and a are means over
 * the cell; its g is the mean of a with the weight e^(-L/T), with which
 *     z = e^(-L(x,t)/T) / Z(0)
 * solves the discrete equation exactly where A leaves the cell averages of e^(-L/T) at rest
 * (docs/theory.md 1.9; Jarzynski, Phys. Rev. E 56, 5018 (1997)). */
#pragma once

#include "solver/time/line/stepper.h"

/* Of n cells at time t; everything is borrowed. */
struct work_energy {
    /* L[n], a[n], g[n]; without a temperature g is not filled */
    bool (*sample)(void *self, double t, double *L, double *a, double *g,
                   struct error *err);
    /* What happens between two times beyond what a and g say: d[n] to L, r[n] the factor to the
     * cells' means of e^(-L/T), 1 without a temperature */
    bool (*jump)(void *self, double before, double after, double *d, double *r,
                 struct error *err);
    void *self;
    double temperature; /* NaN: none; z stays what p is then */
    double scale;       /* of L, > 0: errors are relative to it */
};

/* Where the scalars lie behind p, q and z in a state of 3 n + 3 values. */
enum { WORK_MEAN, WORK_HEAT, WORK_SQUARE, WORK_SCALARS };
size_t work_values(size_t cells);
/* What a jump of L does to a state of densities, or of masses where volume[n] is NULL:
 *     W2 += Sum 2 d q + d^2 p,   W1 += Sum d p,   q += d p,   z *= r,
 * d[n] the jumps over the scale, r[n] the ratios of the cells' means of e^(-L/T). */
void work_jump(size_t n, const double *volume, const double *d, const double *r,
               double *state);

/* The chain A(t), of n cells. */
struct work_chain {
    size_t n;
    const double *volume; /* [n], borrowed */
    const struct stepper_drive *drive;
    /* x = (1 - h A)^-1 b of the last factor; with k = 1 (1 - h (A - g))^-1 b of the last tilt;
     * x may be b */
    void (*solve)(void *self, int k, const double *b, double *x);
    /* factors 1 - h (A - g[n]), A and h being those of the last factor */
    bool (*tilt)(void *self, const double *g, struct error *err);
    void (*destroy)(void *self);
    void *self;
};

/* State: densities p, q, z of the cells, then the scalars; propagator_advance_from takes it from
 * time to time as it takes a density. The chain is taken over, also where it fails; the energy is
 * borrowed. Fails for want of memory only. */
MUST_CHECK struct propagator *work_propagator(const struct work_chain *chain,
                                              const struct work_energy *energy,
                                              const struct propagator_options *options,
                                              struct error *err);
