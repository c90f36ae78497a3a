/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The chain dm/dt = A(t) m of a line whose coefficients depend on the time: the finite volumes
 * of fv/line/generator.h at the nodes of panels of time, and polynomials between them
 * (rate_panels.h). Columns of A and of A' sum to minus what leaves. The rates are met to a
 * fiftieth of the tolerance in time. */
#pragma once

#include "solver/time/line/work.h"

/* The chain as part of a larger system, on the grid of the generator, whose killing it has at all times;
 * both are borrowed. Nothing returns: resets are not followed.
 * Fails for want of memory only. */
MUST_CHECK bool line_drive_chain(const struct line_generator *generator,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct work_chain *out, struct error *err);
