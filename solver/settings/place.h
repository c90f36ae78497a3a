/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where in the settings an error of the model's values lies. */
#pragma once

#include "solver/settings/spec.h"

/* What goes wrong before the first time step lies in the settings: a loss that is not finite
 * on the grid, a grid that the scheme cannot take. Where the message has no place yet, its
 * section is one. Returns false. */
bool place_early_error(const struct spec *spec, struct error *err);
/* Puts the place before a sentence about a value at a point, which ends in its expression,
 * where it has none yet; keeps the kind. Other errors stay as they are. */
void place_value(const struct spec *spec, struct error *err);
