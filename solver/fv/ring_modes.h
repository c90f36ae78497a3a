/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Complex modes of a ring: shift-invert Arnoldi with (1 - hA)^-1, which the chain's
 * elimination without subtraction applies (tridiagonal.h). The left functions are l = r^ /
 * pi with r^ the modes of the time-reversed chain pi_i a_ji / pi_j, again a chain of rates.
 */
#pragma once

#include "solver/fv/spectrum1.h"

/* For a ring that is open both ways everywhere. */
MUST_CHECK bool ring_modes(const struct generator1 *ring, size_t modes,
                           struct spectrum1 *out, struct error *err);
/* Arrays of out for this many modes; spectrum1_finish frees them. */
MUST_CHECK bool spectrum1_allocate(struct spectrum1 *out, size_t modes, size_t cells,
                                   struct error *err);
