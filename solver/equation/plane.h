/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Fokker-Planck equation in two variables with normal noise,
 *     dp/dt = -div J,   J_i = b_i p - d_j (D_ij p)    (Ito; others: model/coefficients.h)
 * (docs/theory.md 1.2, docs/numerics.md 4.3), as a table. Its problem is a
 * plane_generator. */
#pragma once

#include "solver/equation/equation.h"
#include "solver/fv/plane/generator.h"

extern const struct equation plane_equation;

/* The generator of an interval of this equation. */
const struct plane_generator *plane_interval_generator(const struct evolution_interval *);
