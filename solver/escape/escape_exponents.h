/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How steeply probabilities fall from the start's well in one variable, for SGD itself and for its
 * Fokker-Planck equation (docs/theory.md 6.6): p ~ e^-U with
 *     SGD        dU/dx = theta / eta,    E exp(-theta g) = 1     (solver/transfer/exponent.h)
 *     equation   dU/dx = -b / D = 2 G / (eta C_B),
 * and mean times to leave grow as e^(U at the saddle). Both agree to first order in G. */
#pragma once

#include "io/status.h"
#include <stddef.h>

struct escape;

enum { EXPONENT_SGD, EXPONENT_EQUATION, EXPONENTS };

struct escape_exponents {
    /* [cells] dU/dx at centres; +-inf where all gradients are of one sign (SGD), or without
     * noise; NULL where there is no such exponent */
    double *slope[EXPONENTS];
    /* [cells] U from the bottom of the start's well: inf where the way there is up and no
     * batch leads it, NaN beyond a way down of that kind */
    double *U[EXPONENTS];
    struct error why_none;
};

/* Of the escape's model with the last learning rate, on its cells. That there are none is no
 * failure. Fails as coefficients and gradients do, and without memory; fit for
 * escape_exponents_finish also then. */
MUST_CHECK bool escape_exponents_find(const struct escape *escape,
                                      struct escape_exponents *out, struct error *err);
void escape_exponents_finish(struct escape_exponents *exponents);
/* U(y) - U(x) of both. Fails (ERROR_SETTINGS) where there are none. */
MUST_CHECK bool escape_exponents_climb(const struct escape *escape, double x, double y,
                                       double U[EXPONENTS], struct error *err);
