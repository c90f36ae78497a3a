/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The slowest modes of a 2-D chain of rates, as a struct line_spectrum (line/spectrum.h):
 *     A right_k  = -(rate_k - i frequency_k) right_k,
 *     A^T left_k = -(rate_k - i frequency_k) left_k,
 *     Sum_i V_i left_k[i] right_j[i] = delta_kj.
 * They are those nearest to 0, by shift and invert without cancellation (chain_modes.h):
 * slow rates are right to their last digits, multiple ones are found as often as they
 * occur. In detailed balance all is real and right = p_st left; with a current pairs are
 * complex. line_spectrum_gap and line_spectrum_finish serve here too. */
#pragma once

#include "solver/fv/line/spectrum.h"
#include "solver/fv/plane/escape.h"

/* The slowest modes of the whole chain, without the zero mode; with absorbing walls of the
 * absorbed chain. out->residual is filled. Fails (ERROR_SETTINGS) where mass cannot come
 * from every cell to every other, (ERROR_RUN) as eigenmodes_find does. */
MUST_CHECK bool plane_spectrum_compute(const struct plane_generator *generator,
                                       size_t modes, struct line_spectrum *out,
                                       struct error *err);
/* The absorbed chain on the cells that exchange mass both ways with the cell `within`: mode
 * 0 is the quasi-stationary one. left, right are 0 elsewhere. */
MUST_CHECK bool plane_spectrum_of_escape(const struct plane_escape *escape, size_t within,
                                         size_t modes, struct line_spectrum *out,
                                         struct error *err);
