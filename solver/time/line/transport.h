/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The small-noise limit in one dimension (docs/numerics.md 3).
 *   D = 0    the cumulative distribution is carried along the characteristics of the drift:
 *            one conservative remap (remap.h) from p0 to each wanted time, exact in time.
 *   small D  Strang's splitting (SIAM J. Numer. Anal. 5, 506, 1968) of that remap with the
 *            exponential of the diffusion alone (diffusion.h), second order in the step.
 * The step starts at or below 1/max|b'| (a drift that relaxes too often in the time that is
 * asked for is ERROR_RUN) and is halved until two runs agree to TRANSPORT_TOLERANCE or the
 * wanted tolerance, whichever is larger, or until the remap's own error is reached. Their
 * difference is the stated error. */
#pragma once

#include "solver/time/propagator.h"

#define TRANSPORT_TOLERANCE 1e-6

extern const struct propagator_method transport_method;
