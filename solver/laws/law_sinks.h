/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model.killing and model.reset in the step of a discrete process: half of them before and half
 * after it (solver/linalg/half_sinks.h), over the length of the walkers' step. Masses are
 * points at the centres: the parts of a cell that are killed and reset are those of its centre,
 * and where they vary within the cell by more than a twentieth, as where a rate jumps or is
 * narrower than the cell, their means over it. */
#pragma once

#include "solver/laws/grid_law.h"

/* *out: zeros where the model has no sinks. law: its source and grid. Fails as the rates do. */
MUST_CHECK bool law_sinks_init(struct half_sinks *out, const struct grid_law *law,
                               size_t interval, struct error *err);
