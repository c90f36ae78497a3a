/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asymptotic times to leave a well of a 1-D diffusion, from its coefficients alone. With
 *     V' = -b,    U = Integral -b/D dx,    dU = U(s) - U(a),    b'(a) < 0 < b'(s),
 *     a  the minimum of V below the start,
 *     s  the highest maximum (saddle) between a and the target,
 * Laplace's method on the integral of line/passage.h gives, for every interpretation alpha,
 *     crossing = 2 pi / sqrt(|b'(a)| b'(s)) (D(s)/D(a))^(1/2 - alpha) e^dU       (Kramers).
 * Where the noise grows with the loss, D' = -b/kappa all the way
 * (C = sg + 2 sH (L - L_a)/H_a, docs/theory.md 5.1), dU = kappa ln A with A = D(s)/D(a)
 * and
 *     crossing = 2 pi kappa A^(kappa + 1/2 - alpha) /
 *                ((kappa + 1/2 - alpha) sqrt(|b'(a)| b'(s)))       (docs/theory.md 5.3).
 * The source (Meng et al., Lemma 6) has alpha = 1 there for every interpretation.
 *
 * A crossing leads from well to well; the saddle is reached after half of it. Of exits on
 * both sides the rates add. All times are kept as logarithms. */
#pragma once

#include "solver/model/coefficients.h"
#include <stddef.h>

struct line_kramers {
    double lo, hi;  /* where the process lives: between walls */
    bool open[2];   /* the target lies below, above the start ... */
    double edge[2]; /* ... from here on */
    double slack;   /* how far beyond an edge its saddle may lie: a cell */
    double start;
};

/* The three formulas above: Kramers', the one for noise that grows with the loss, and that
 * of its source. */
enum { KRAMERS, KRAMERS_POWER_LAW, KRAMERS_SOURCE, KRAMERS_FORMULAS };

struct line_kramers_side {
    bool found;
    double saddle, height; /* s, dU */
    double kappa;          /* NAN where the noise is not the power law's on the way */
    double log_time[KRAMERS_FORMULAS]; /* ln of the crossing; +inf: does not apply */
};

struct line_kramers_answer {
    double minimum;    /* a; NAN where there is none */
    double relaxation; /* |b'(a)| */
    struct line_kramers_side side[2];
    double height;  /* dU of the lowest way out */
    bool at_saddle; /* the target begins at the saddle: half a crossing leads to it */
    double log_time[KRAMERS_FORMULAS]; /* of both sides together; +inf: does not apply */
    char why[128]; /* a few words where not even Kramers' applies, else empty */
};

/* The formulas for a question. Where none applies, out->why tells; fails (ERROR_RUN) only
 * where a coefficient cannot be evaluated. */
MUST_CHECK bool line_kramers_estimate(const struct coefficients *coefficients,
                                      const struct line_kramers *question,
                                      struct line_kramers_answer *out, struct error *err);
