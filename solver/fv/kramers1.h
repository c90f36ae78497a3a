/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asymptotic times to leave a well of a 1-D diffusion, from its coefficients alone. a: the
 * minimum of V' = -b below the start; s: the highest maximum (saddle) between a and the
 * target; U = Integral -b/D, dU = U(s) - U(a). Rates are b'(a) < 0 < b'(s). Laplace's
 * method on the integral of passage1.h gives, for every interpretation alpha,
 *     crossing = 2 pi / sqrt(|b'(a)| b'(s)) (D(s)/D(a))^(1/2 - alpha) e^dU       (Kramers).
 * Where the noise grows with the loss, D' = -b/kappa all the way (theory.md 5.1: C = sg +
 * 2 sH (L - L_a)/H_a), dU = kappa ln A with A = D(s)/D(a), and (theory.md 5.2 item 4)
 *     crossing = 2 pi kappa A^(kappa + 1/2 - alpha) /
 *                ((kappa + 1/2 - alpha) sqrt(|b'(a)| b'(s)));
 * the source (Meng et al., Lemma 6) has alpha = 1 there for every interpretation. A
 * crossing is both ways over the barrier's top: to reach the saddle takes half of it. Exits
 * on both sides: rates add. All times as logarithms. */
#pragma once

#include "solver/model/coefficients.h"
#include <stddef.h>

struct kramers1 {
    double lo, hi;  /* where the process lives: between walls */
    bool open[2];   /* the target lies below, above the start ... */
    double edge[2]; /* ... from here on */
    double slack;   /* how far beyond an edge its saddle may lie: a cell */
    double start;
};

enum { KRAMERS, KRAMERS_POWER_LAW, KRAMERS_SOURCE, KRAMERS_FORMULAS };

struct kramers1_side {
    bool found;
    double saddle, height; /* s, dU */
    double kappa;          /* NAN where the noise is not the power law's on the way */
    double
        log_time[KRAMERS_FORMULAS]; /* ln of the crossing; +inf where it does not apply */
};

struct kramers1_answer {
    double minimum;    /* a; NAN where there is none */
    double relaxation; /* |b'(a)| */
    struct kramers1_side side[2];
    double height;  /* dU of the lowest way out */
    bool at_saddle; /* the target begins at the saddle: half a crossing leads to it */
    double log_time[KRAMERS_FORMULAS]; /* of both sides together; +inf: does not apply */
    char why[128]; /* a few words where not even Kramers' applies, else empty */
};

/* Fails (ERROR_RUN) only where a coefficient cannot be evaluated. */
MUST_CHECK bool kramers1_estimate(const struct coefficients *coefficients,
                                  const struct kramers1 *question,
                                  struct kramers1_answer *out, struct error *err);
