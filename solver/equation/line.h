/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Fokker-Planck equation in one variable with normal noise,
 *     dp/dt = -dJ/dx,   J = b p - D^alpha d/dx( D^(1-alpha) p )
 * (docs/theory.md 1.2, docs/numerics.md 1.1), as a table. Its problem is a line_generator. */
#pragma once

#include "solver/equation/equation.h"

extern const struct equation line_equation;

/* The generator of an interval of this equation. */
const struct line_generator *line_interval_generator(const struct evolution_interval *);
