/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Diffusion alone, dp/dt = d/dx( D^alpha d/dx( D^(1-alpha) p ) ): a model's coefficients
 * without their drift, and its exact step by a contour sum, factored once for each step
 * length. */
#pragma once

#include "solver/fv/generator1.h"

struct diffusion;
/* generator's grid and coefficients are borrowed. */
MUST_CHECK struct diffusion *diffusion_create(const struct grid *grid,
                                              const struct coefficients *coefficients,
                                              struct error *err);
void diffusion_destroy(struct diffusion *d);
/* m <- exp(h A) m in place, to some 1e-13 of the mass. */
MUST_CHECK bool diffusion_step(struct diffusion *d, double h, double *m, struct error *err);
