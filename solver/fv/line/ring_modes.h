/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Modes of a ring, which a current makes complex (chain_modes.h). */
#pragma once

#include "solver/fv/line/spectrum.h"

/* The slowest `modes` modes (line/spectrum.h) of a ring. Fails (ERROR_SETTINGS) where a face is
 * crossed one way only, (ERROR_RUN) as eigenmodes_find does. */
MUST_CHECK bool ring_modes(const struct line_generator *ring, size_t modes,
                           struct line_spectrum *out, struct error *err);
