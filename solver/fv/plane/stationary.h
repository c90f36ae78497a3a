/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The discrete stationary state in two dimensions, with or without a current: e^-phibar
 * where detailed balance holds, else A m = 0 by elimination without subtraction
 * (balance.h), whatever the cell Peclet numbers; tails of e^-1000 keep their digits. */
#pragma once

#include "solver/fv/plane/generator.h"

/* As line_stationary_compute; out->current is 0 here. Transient cells get density 0. Fails
 * (ERROR_RUN) where the weights of parts are beyond double precision (balance.h). */
MUST_CHECK bool plane_stationary_compute(const struct plane_generator *,
                                         struct stationary *out, struct error *err);
