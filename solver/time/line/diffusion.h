/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Diffusion alone,
 *     dp/dt = d/dx( D^alpha d/dx( D^(1-alpha) p ) ):
 * the coefficients of a model without their drift, and the exact step of their generator A
 * by a contour sum, factored once for each step length. */
#pragma once

#include "solver/fv/line/generator.h"

struct diffusion;
/* grid and coefficients are borrowed. Fails as line_generator_create. */
MUST_CHECK struct diffusion *diffusion_create(const struct grid *grid,
                                              const struct coefficients *coefficients,
                                              struct error *err);
void diffusion_destroy(struct diffusion *d);
/* m[cells] <- exp(h A) m in place, m masses, to some 1e-13 of their sum. Fails for want of
 * memory only. */
MUST_CHECK bool diffusion_step(struct diffusion *d, double h, double *m, struct error *err);
