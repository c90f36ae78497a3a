/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Path integration in one variable (path_integral.h), on the cells of a line_generator, of which
 * nothing else is used. */
#pragma once

#include "solver/time/propagator.h"

extern const struct propagator_method line_path_integral_method;
