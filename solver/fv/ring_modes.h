/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Modes of a ring, which a current makes complex (chain_modes.h). */
#pragma once

#include "solver/fv/spectrum1.h"

/* For a ring that is open both ways everywhere. */
MUST_CHECK bool ring_modes(const struct generator1 *ring, size_t modes,
                           struct spectrum1 *out, struct error *err);
