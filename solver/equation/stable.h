/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fractional Fokker-Planck equation of dx = b dt + s dL^alpha in one variable,
 *     dp/dt = -d(b p)/dx - s^alpha (-d2/dx2)^(alpha/2) p
 * (docs/theory.md 8.1, docs/numerics.md 8.1), as a table; its methods are those of
 * solver/time/stable/levy.h. Ends must reflect: what jumps over one comes in at the other,
 * and is the truncation. The stationary law is known for a linear drift only. */
#pragma once

#include "solver/equation/equation.h"

extern const struct equation stable_equation;
