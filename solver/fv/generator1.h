/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The 1-D generator A of dp/dt = A p as rates between neighbouring cells:
 *     J_f = left[f] p_{f-1} - right[f] p_f   at face f = 0 .. n,     dp_i/dt = (J_i -
 * J_{i+1}) / width_i with left, right >= 0: off-diagonals of A are >= 0 and its
 * (volume-weighted) columns sum to 0, so that exp(tA) conserves mass and positivity on any
 * mesh. The rates come from the stationary state (numerics.md 1): left[f] / right[f] =
 * p_st(f) / p_st(f-1) with cell averages of p_st ~ D^(alpha-1) exp(Integral b/D), so that J
 * = 0 there for every interpretation, also where D jumps at a face; D -> 0 goes to
 * upwinding without 0/0.
 *
 * drift and diffusion are the means that the flux sees between the two centres
 * (1/D-weighted and harmonic), second order in h. A zero of D with drift through it is a
 * one-way face, one without drift a shut face, wherever in a cell it lies (gate.h); that is
 * meant for D ~ (x-z)^2 or |x-z|, and also taken for weaker zeros, |x-z|^q with q < 1,
 * which noise could cross. Towards a wall at which D vanishes, the rates are those of
 * weights1.h: a wall that cannot be reached loses nothing where it absorbs; a reflecting one
 * from which mass does not come back keeps it in its cell. Cells need not resolve p_st: the stationary state and the times
 * to cross a resolved barrier hold all the same. */
#pragma once

#include "solver/fv/power1.h"

struct generator1 {
    const struct grid *grid; /* borrowed for the generator's life */
    size_t cells;
    double *left, *right; /* [cells + 1]; at a reflecting end 0; at an absorbing end the
                             rate out of the end cell (left[cells] or right[0]; the other
                             one 0); periodic: face 0 and face cells are the same face and
                             hold the same rates, p_{-1} = p_{cells-1} */
    double *log_ratio;    /* [cells + 1] ln p_st(f) - ln p_st(f-1) across face f; +-inf at
                             one-way faces */
    double *log_below, *log_above; /* [cells] ln of the rate from cell i through its lower
                            and its upper face, were that an absorbing wall */
    double *drift, *diffusion; /* [cells + 1] b and D at the faces as used, for the file and
                                  for estimates */
    struct wall1 wall[2];      /* at the two ends: does the noise vanish there, and how */
    struct power_cell *power;  /* [cells] for moments1.h; NULL: 1 everywhere */
    bool periodic, absorbing;
    double peclet;  /* largest |b| h / D over the faces (inf where D = 0 and b is not) */
    size_t one_way; /* number of interior faces that mass can cross in one direction only (D
                       = 0 gates) */
};

MUST_CHECK struct generator1 *generator1_create(const struct grid *grid,
                                                const struct coefficients *coefficients,
                                                struct error *err);
void generator1_destroy(struct generator1 *generator);

/* out = A p. */
void generator1_apply(const struct generator1 *, const double *p, double *out);
/* J[cells + 1] at the faces. */
void generator1_flux(const struct generator1 *, const double *p, double *flux);
/* Largest |left p| + |right p| over the faces: the scale that a zero current is measured
 * against. */
double generator1_flux_scale(const struct generator1 *, const double *p);

enum stationary_kind {
    STATIONARY_UNIQUE,     /* exists, unique, current zero or (periodic) constant */
    STATIONARY_ABSORBED,   /* an end absorbs: all mass leaves */
    STATIONARY_DEGENERATE, /* one-way gates or parts without noise: mass ends in one or
                              several places; which, depends on the start (several) */
};
struct stationary {
    enum stationary_kind kind;
    char reason[256];    /* one sentence for the user when it is not UNIQUE */
    double *log_density; /* [cells] ln of the normalised cell averages where UNIQUE (-inf
                            where exactly 0); else NULL */
    double *density;     /* [cells] its exp; NULL as above */
    double current;      /* periodic: the constant current; else 0 */
};
/* The discrete stationary state, in log space: finite where the density itself under- or
 * overflows. */
MUST_CHECK bool stationary1_compute(const struct generator1 *, struct stationary *out,
                                    struct error *err);
void stationary_finish(struct stationary *stationary);
