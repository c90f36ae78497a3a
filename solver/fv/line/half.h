/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one half cell, from its cell's centre c to a face, contributes to the two-point
 * flux. With
 *     p_st = D^(alpha-1) e^psi,   psi = Integral b/D dx,
 * the current is (docs/theory.md 1.2)
 *     J = b p - D^alpha d/dx( D^(1-alpha) p ) = -D p_st d/dx( p / p_st ),
 * so that a constant J from c to the face obeys
 *     p(c)/p_st(c) - p(face)/p_st(face) = J Integral dx / (D p_st):
 * the half cell is a resistance. Everything is measured relative to p_st(c) and kept as a
 * logarithm: nothing over- or underflows. */
#pragma once

#include "solver/fv/gauss.h"
#include <stdbool.h>

/* Points of a half cell, outwards: the centre, the Gauss points, the face from inside. */
enum { HALF_POINTS = GAUSS_POINTS + 2 };

struct half {
    double length;
    double D;              /* harmonic mean of D; 0 when D vanishes on the way */
    double b;              /* mean of b with weights 1/D: finite, b where D vanishes */
    double rise;           /* ln p_st(face, from inside) - ln p_st(c) */
    double log_resistance; /* ln Integral p_st(c) / (D p_st) dx */
    double log_mean;       /* ln of the mean over the half cell of p_st / p_st(c) */
    double log_D_face;     /* ln D at the face, from inside */
    bool degenerate;       /* noiseless for a zero of D at one point (degenerate.h) */
    /* The noise is degenerate: D = 0 somewhere, or b/D beyond the doubles. Then nothing
     * crosses by noise, and rise, log_resistance, log_mean, log_D_face are 0. */
    bool noiseless;
};

/* The half cell of the given length, from b, D and (unless NULL) phi = -ln p_st at the
 * HALF_POINTS points outwards. outwards: +1 when the face is above the centre, else -1.
 * D >= 0; all finite. */
struct half half_measure(const struct gauss *gauss, double alpha, double length,
                         int outwards, const double *b, const double *D, const double *phi);
