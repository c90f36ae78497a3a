/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * p(t) = exp(tA) p(0) in two dimensions, all times from one factorisation: shift-invert
 * Arnoldi (van den Eshof & Hochbruck, SIAM J. Sci. Comput. 27, 2006; Moret & Novati, BIT
 * 44, 2004; docs/numerics.md 5.1) in the plain 2-norm of the cells' masses,
 *     V, H  from the Krylov space of (I - gamma A)^-1 and p0   (arnoldi.h),
 *     p(t) = |p0| V exp(t (I - H^-1) / gamma) e_1               (ritz.h).
 * The solves keep the mass, and their errors are small entry by entry (resolvent.h). Where
 * walls absorb, the lost mass is one more component: the total is then conserved, and shows
 * when a basis has missed the slowest mode.
 *
 * The error with m vectors is estimated from
 *     d = |p_m - p_(m-2)|_1   as   4 d r / (1 - r),
 * r the rate at which d falls, over the window or at that time; in the same way from
 * p_m - p_(m-4), whichever is more; and as no less than twice the mass that is missing. It
 * is 1 to 40 times the true error (tests/convergence/check_random_models_plane). Where more
 * than some 60 vectors would be needed (circulating drift), the times are split: fewer at
 * once, then smaller steps, each with its own gamma and its share of the tolerance. */
#pragma once

#include "solver/fv/plane/generator.h"
#include "solver/time/propagator.h"

/* problem: a plane_generator. */
extern const struct propagator_method krylov_method;

/* A propagator (propagator.h) for the generator, which is borrowed for its life.
 * options->tolerance below 1e-12 counts as 1e-12. Fails for want of memory only. */
MUST_CHECK struct propagator *krylov_create(const struct plane_generator *generator,
                                            const struct propagator_options *options,
                                            struct error *err);
