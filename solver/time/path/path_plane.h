/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Path integration in two variables (path_integral.h), on the cells of a plane_generator, of which
 * nothing else is used. */
#pragma once

#include "solver/time/propagator.h"

extern const struct propagator_method plane_path_integral_method;
